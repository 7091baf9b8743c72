/* SPDX-License-Identifier: Apache-2.0 */
/* The shared console: input, steps, periods, wake-ups and configurations. */
#include "test_vconsole_mux.h"

#include <hyp/console/vuart.h>

/* Memory of one VM: its rings, its end of the console and its UART. */
struct vm_cost {
    struct vconsole vc;
    struct vuart uart;
    uint8_t tx[1024];
    uint8_t rx[4096];
};
_Static_assert(sizeof(struct vm_cost) <= 6144, "a VM's console is cheap");

static void a_step_is_bounded(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    for (unsigned i = 0; i < 40; i++) {
        say(&b, 0, "x");
    }
    assert_int_equal(step(&b, 0).state, VCONSOLE_MUX_TX_WAIT);
    assert_int_equal(b.out_count, 16);
    assert_true(b.tx_irq);
    b.room = 0;
    assert_int_equal(step(&b, 0).state, VCONSOLE_MUX_TX_WAIT);
    assert_int_equal(b.out_count, 16);
    b.room = 3;
    step(&b, 0);
    assert_int_equal(b.out_count, 19);
    b.room = FOREVER;
    memset(b.in, TERMINAL_KEY, 40); /* No ring has room for so many other bytes. */
    b.in_count = 40;
    step(&b, 0);
    assert_int_equal(b.in_first, 16);
}

static void a_device_without_a_reader_keeps_its_input(void **state)
{
    (void)state;
    struct bench b = {.room = FOREVER};
    struct vconsole_mux_config config = {
        .dev = {.ops = &dev_ops, .state = &b},
        .switch_key = KEY,
    };
    uint8_t tx[64];
    struct vconsole vc;
    assert_int_equal(vconsole_mux_init(&b.mux, &config), HYP_OK);
    assert_int_equal(vconsole_init(&vc, &(struct vconsole_config){.tx = tx, .tx_size = sizeof(tx)}),
                     HYP_OK);
    assert_int_equal(vconsole_mux_add(&b.mux, &vc), HYP_OK);
    b.in[0] = 'x';
    b.in_count = 1;
    assert_false(step(&b, 0).polled);
    assert_false(b.rx_irq);
    assert_int_equal(b.in_first, 0);
}

static void bytes_without_a_console_hart_are_dropped(void **state)
{
    (void)state;
    uint8_t tx[64];
    struct vconsole vc;
    struct vconsole_config config = {.tx = tx, .tx_size = sizeof(tx), .discard = true};
    assert_int_equal(vconsole_init(&vc, &config), HYP_OK);
    for (unsigned i = 0; i < 2 * sizeof(tx); i++) {
        assert_true(test_tx_ready(&vc));
        assert_true(test_put_byte(&vc, 'x'));
        bool must_wake = true;
        assert_true(vconsole_write(&vc, (const uint8_t *)"yz", 2, &must_wake));
        assert_false(must_wake);
    }
    assert_int_equal(byte_ring_used(&vc.tx), 0);
}

static void others_bytes_come_once_a_period(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    vconsole_mux_set_paced(&b.mux, 2);
    run(&b, 0);
    say(&b, 1, "a line of more than sixteen bytes\n");
    assert_int_equal(b.vm[1].ipis, 1);
    struct vconsole_mux_result result = step(&b, 1);
    assert_int_equal(result.state, VCONSOLE_MUX_UNTIL);
    assert_int_equal(result.deadline, 1 + PERIOD);
    assert_false(b.tx_irq);
    unsigned first = b.out_count;
    assert_in_range(first, 1, 16);
    step(&b, 3); /* A step that is not due. */
    assert_int_equal(b.out_count, first);
    say(&b, 1, "x");
    assert_int_equal(b.vm[1].ipis, 1);
    assert_false(vconsole_mux_wakeup_pending(&b.mux));
    step(&b, 1 + PERIOD);
    assert_in_range(b.out_count, first + 1, first + 16);
    uint64_t now = 1 + PERIOD;
    while (step(&b, now).state != VCONSOLE_MUX_SLEEP) {
        now += PERIOD;
    }
    expect(&b, "[linux] a line of more than sixteen bytes\r\n[linux] x");
    say(&b, 1, "y"); /* A period without bytes has passed. */
    assert_int_equal(b.vm[1].ipis, 2);
    /* Bytes of the hart's own VM are not paced, and the device interrupts for them. */
    say(&b, 0, "a line of the hart's own VM, which is longer than a step");
    run(&b, now);
    now += PERIOD + LINE_TIMEOUT;
    assert_int_equal(step(&b, now).state, VCONSOLE_MUX_TX_WAIT);
}

static void typing_for_others_comes_once_a_period(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    vconsole_mux_set_paced(&b.mux, 1);
    run(&b, 0);
    assert_true(b.rx_irq);
    type(&b, "x");
    assert_int_equal(step(&b, 10).wake, 1);
    assert_false(b.rx_irq);
    type(&b, "y");
    assert_int_equal(step(&b, 12).wake, 0);
    assert_int_equal(step(&b, 10 + PERIOD).wake, 1);
    assert_false(b.rx_irq);
    assert_int_equal(step(&b, 10 + 2 * PERIOD).state, VCONSOLE_MUX_SLEEP);
    assert_true(b.rx_irq);
}

static void answers_for_the_last_focus_are_dropped(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    type(&b, "\x1b[2\x1d;1Rl"); /* The change divides this answer. */
    run(&b, 500);
    read_typed(&b, 0, "\x1b[2");
    read_typed(&b, 1, "l");
    type(&b, "\x1b[0ns");
    run(&b, 599);
    read_typed(&b, 1, "s");
    type(&b, "\x1b[");
    run(&b, 600);
    read_typed(&b, 1, "\x1b[");
    type(&b, "\x1d\x1b]l");
    run(&b, 700);
    type(&b, "x"); /* A string without an end takes the bytes that follow at once, */
    run(&b, 799);
    type(&b, "y"); /* and none after a pause. */
    run(&b, 899);
    read_typed(&b, 0, "y");
}

static void only_a_source_calls(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    run(&b, 0);
    assert_false(vconsole_mux_wakeup_pending(&b.mux));
    say(&b, 1, "x\n");
    assert_true(vconsole_mux_wakeup_pending(&b.mux));
    run(&b, 0);
    assert_false(vconsole_mux_wakeup_pending(&b.mux));
}

static void a_polled_device_is_read_again(void **state)
{
    (void)state;
    struct bench b;
    bench_init_as(&b, true);
    say(&b, 0, "a line that is longer than a step\n");
    struct vconsole_mux_result result = step(&b, 0);
    assert_int_equal(result.state, VCONSOLE_MUX_AGAIN);
    assert_true(result.polled);
    assert_int_equal(run(&b, 0).state, VCONSOLE_MUX_SLEEP);
    expect(&b, "[a] a line that is longer than a step\r\n");
}

static void input_goes_to_the_focus(void **state)
{
    (void)state;
    struct bench b;
    uint8_t byte;
    bench_init(&b);
    say(&b, 0, "$ ");
    run(&b, 0);
    type(&b, "x\x01");
    assert_int_equal(run(&b, 0).wake, 1);
    assert_true(vconsole_get_byte(&b.vm[0].vc, &byte));
    assert_int_equal(byte, 'x');
    assert_true(vconsole_get_byte(&b.vm[0].vc, &byte));
    assert_int_equal(byte, 1);
    assert_false(vconsole_get_byte(&b.vm[0].vc, &byte));
    type(&b, "\x1dy");
    assert_int_equal(run(&b, 0).wake, 2);
    expect(&b, "[a] $ \r\nhyp: console=linux\r\n");
    assert_true(vconsole_get_byte(&b.vm[1].vc, &byte));
    assert_int_equal(byte, 'y');
    type(&b, "\x1d"); /* The log takes no input: back to the first. */
    run(&b, 0);
    expect(&b, "hyp: console=a\r\n");
    assert_false(vconsole_get_byte(&b.vm[2].vc, &byte));
}

static void the_log_key_is_reported_and_is_no_input(void **state)
{
    (void)state;
    struct bench b;
    uint8_t byte;
    bench_init(&b);
    type(&b, "x\x1ey");
    assert_true(step(&b, 0).log_key_pressed);
    assert_false(step(&b, 0).log_key_pressed);
    assert_true(vconsole_get_byte(&b.vm[0].vc, &byte) && byte == 'x');
    assert_true(vconsole_get_byte(&b.vm[0].vc, &byte) && byte == 'y');
    assert_false(vconsole_get_byte(&b.vm[0].vc, &byte));
}

static void input_without_a_focus_is_dropped(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    const struct vconsole_mux_config config = b.mux.config;
    assert_int_equal(vconsole_mux_init(&b.mux, &config), HYP_OK);
    type(&b, "x\x1d");
    assert_int_equal(run(&b, 0).wake, 0);
    b.vm[2].vc.bell = NULL;
    assert_int_equal(vconsole_mux_add(&b.mux, &b.vm[2].vc), HYP_OK);
    type(&b, "x\x1d");
    assert_int_equal(run(&b, 0).wake, 0);
    expect(&b, "");
    struct port nameless = {0};
    const struct vconsole_config vc = {
        .tx = nameless.tx, .tx_size = 64, .rx = nameless.rx, .rx_size = 4};
    assert_int_equal(vconsole_init(&nameless.vc, &vc), HYP_OK);
    assert_int_equal(vconsole_mux_add(&b.mux, &nameless.vc), HYP_OK);
    type(&b, "x\x1d");
    assert_int_equal(run(&b, 0).wake, 2);
    expect(&b, "hyp: console=-\r\n");
}

static void a_full_ring_throttles_its_vm_only(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    b.room = 0;
    unsigned count = 0;
    while (test_tx_ready(&b.vm[0].vc)) {
        say(&b, 0, "y");
        count++;
    }
    assert_int_equal(count, 64 - 15);
    assert_true(test_tx_ready(&b.vm[1].vc));
    bool must_wake = true;
    assert_false(vconsole_write(&b.vm[0].vc, (const uint8_t *)"0123456789abcdef", 16, &must_wake));
    assert_false(must_wake);
    assert_int_equal(step(&b, 0).wake, 0);
    b.room = FOREVER;
    assert_int_equal(step(&b, 0).wake, 0); /* Not half empty yet. */
    assert_int_equal(run(&b, 0).wake, 1);
    assert_true(test_tx_ready(&b.vm[0].vc));
    say(&b, 0, "y");
    assert_int_equal(run(&b, 0).wake, 0); /* It was notified once and does not wait again. */
}

static void one_ipi_wakes_the_console_hart(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    say(&b, 0, "a");
    assert_int_equal(b.vm[0].ipis, 0); /* The hart has not gone to sleep yet. */
    run(&b, 0);
    say(&b, 0, "bc");
    say(&b, 1, "d");
    assert_int_equal(b.vm[0].ipis, 1);
    assert_int_equal(b.vm[1].ipis, 0); /* The IPI of the other is under way. */
    run(&b, 0);
    say(&b, 0, "e");
    assert_int_equal(b.vm[0].ipis, 2);
    run(&b, 0);
    b.vm[0].vc.waker.send = NULL; /* No IPI can be sent: the byte is shown all the same. */
    say(&b, 0, "f");
    run(&b, 0);
    expect(&b, "[a] abcef");
}

static void refuses_bad_configurations(void **state)
{
    (void)state;
    struct vconsole vc;
    uint8_t tx[64];
    struct vconsole_config config = {.tx = tx, .tx_size = 16};
    assert_int_equal(vconsole_init(&vc, &config), HYP_E_PARAM);
    config.tx_size = 48;
    assert_int_equal(vconsole_init(&vc, &config), HYP_E_PARAM);
    config.tx_size = 64;
    config.rx = tx;
    config.rx_size = 5;
    assert_int_equal(vconsole_init(&vc, &config), HYP_E_PARAM);
    struct vconsole_mux mux;
    assert_int_equal(vconsole_mux_init(&mux, &(struct vconsole_mux_config){0}), HYP_E_PARAM);

    static struct vconsole many[VCONSOLE_MUX_PORT_MAX + 1];
    struct bench b;
    bench_init(&b);
    assert_int_equal(vconsole_mux_add(&b.mux, &b.vm[0].vc), HYP_E_EXIST);
    const struct vconsole_mux_config again = b.mux.config;
    assert_int_equal(vconsole_mux_init(&b.mux, &again), HYP_OK);
    config = (struct vconsole_config){.name = "m", .tx = tx, .tx_size = 64};
    for (unsigned i = 0; i <= VCONSOLE_MUX_PORT_MAX; i++) {
        assert_int_equal(vconsole_init(&many[i], &config), HYP_OK);
        assert_int_equal(vconsole_mux_add(&b.mux, &many[i]),
                         i < VCONSOLE_MUX_PORT_MAX ? HYP_OK : HYP_E_NOMEM);
    }
    /* The highest port gets its share like any other. */
    uint8_t own[64];
    many[61].tx.data = own;
    assert_true(test_put_byte(&many[61], '\n'));
    run(&b, 0);
    assert_true(test_put_byte(&many[3], '\n'));
    run(&b, 0);
    expect(&b, "[m] \r\n[m] \r\n");
}

static void no_irq(void *controller, uint32_t port, bool level)
{
    (void)controller;
    (void)port;
    (void)level;
}

static void a_uart_on_a_console(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    struct vuart uart;
    const struct vuart_config config = {.backend = vconsole_backend(&b.vm[1].vc),
                                        .irq = {.set = no_irq}};
    assert_int_equal(vuart_init(&uart, &config), HYP_OK);
    assert_int_equal(vuart_vdev_ops.write(&uart, 0, 1, 'U'), VDEV_OK);
    type(&b, "\x1dK");
    run(&b, 0);
    expect(&b, "hyp: console=linux\r\n[linux] U");
    vuart_update(&uart);
    uint64_t value;
    assert_int_equal(vuart_vdev_ops.read(&uart, 0, 1, &value), VDEV_OK);
    assert_int_equal(value, 'K');
}

static void is_valid_finds_a_bad_state(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    const struct vconsole_mux good = b.mux;
#define BAD(change)                                \
    do {                                           \
        struct vconsole_mux bad = good;            \
        bad.change;                                \
        assert_false(vconsole_mux_is_valid(&bad)); \
    } while (0)
    BAD(port_count = 64);
    BAD(focus = 4);
    BAD(focus = 2);
    BAD(owner = 3);
    BAD(active = 8);
    BAD(drained = 1);
    BAD(stage_count = 241);
    BAD(waiting = true);
    BAD(blocking = true);
    BAD(line_has_esc = true);
    BAD(whole = true);
    BAD(redrawing = true);
    BAD(kept.at = 1);
    BAD(kept.end = VCONSOLE_MUX_KEPT + 1);
    BAD(kept.sequence_count = 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_bounded),
        cmocka_unit_test(a_device_without_a_reader_keeps_its_input),
        cmocka_unit_test(bytes_without_a_console_hart_are_dropped),
        cmocka_unit_test(others_bytes_come_once_a_period),
        cmocka_unit_test(typing_for_others_comes_once_a_period),
        cmocka_unit_test(answers_for_the_last_focus_are_dropped),
        cmocka_unit_test(only_a_source_calls),
        cmocka_unit_test(a_polled_device_is_read_again),
        cmocka_unit_test(input_goes_to_the_focus),
        cmocka_unit_test(the_log_key_is_reported_and_is_no_input),
        cmocka_unit_test(input_without_a_focus_is_dropped),
        cmocka_unit_test(a_full_ring_throttles_its_vm_only),
        cmocka_unit_test(one_ipi_wakes_the_console_hart),
        cmocka_unit_test(refuses_bad_configurations),
        cmocka_unit_test(a_uart_on_a_console),
        cmocka_unit_test(is_valid_finds_a_bad_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
