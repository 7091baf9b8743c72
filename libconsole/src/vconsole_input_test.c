/* SPDX-License-Identifier: Apache-2.0 */
/* Input of the shared console: a ring without room, VMs that do not read, VMs that have stopped. */
#include "test_vconsole_mux.h"

static void read_some(struct bench *b, unsigned vm, const char *text)
{
    uint8_t byte;
    for (; *text != '\0'; text++) {
        assert_true(vconsole_get_byte(&b->vm[vm].vc, &byte));
        assert_int_equal(byte, (uint8_t)*text);
    }
}

static void bytes_stay_in_the_device_while_the_ring_is_full(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    run(&b, 5000);
    type(&b, "123456789");
    struct vconsole_mux_result result = run(&b, 5000);
    assert_int_equal(result.wake, 1);
    assert_int_equal(b.in_first, 4);
    assert_false(b.rx_irq);
    assert_int_equal(result.state, VCONSOLE_MUX_UNTIL);
    assert_int_equal(result.deadline, 5000 + INPUT_TIMEOUT);
    b.vm[0].ipis = 0;
    read_some(&b, 0, "1");
    assert_int_equal(b.vm[0].ipis, 0);
    read_some(&b, 0, "2"); /* Half of the ring is free. */
    assert_int_equal(b.vm[0].ipis, 1);
    assert_true(vconsole_mux_wakeup_pending(&b.mux));
    assert_int_equal(run(&b, 5001).deadline, 5001 + INPUT_TIMEOUT);
    read_some(&b, 0, "3456");
    assert_int_equal(b.vm[0].ipis, 2);
    assert_int_equal(run(&b, 5002).state, VCONSOLE_MUX_SLEEP);
    assert_true(b.rx_irq);
    read_typed(&b, 0, "789");
    assert_int_equal(b.vm[0].ipis, 2); /* The hart does not wait. */
    expect(&b, "");
}

static void vm_that_sends_no_ipi_rings_the_bell(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    b.vm[0].vc.waker.send = NULL;
    type(&b, "123456");
    run(&b, 5000);
    read_typed(&b, 0, "1234");
    assert_true(vconsole_mux_wakeup_pending(&b.mux));
    run(&b, 5000);
    read_typed(&b, 0, "56");
}

static void vm_that_reads_slowly_loses_nothing(void **state)
{
    (void)state;
    struct bench b;
    uint64_t now = 5000;
    char text[] = "x";
    bench_init(&b);
    type(&b, "abcdefghijklmnopqrstuvwxyz");
    run(&b, now);
    for (text[0] = 'a'; text[0] <= 'z'; text[0]++) {
        now += INPUT_TIMEOUT - 1;
        read_some(&b, 0, text);
        run(&b, now);
    }
    assert_true(b.rx_irq);
    expect(&b, "");
}

static void vm_that_reads_nothing_loses_input_and_keys_work(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    type(&b, "123456789");
    run(&b, 5000);
    assert_int_equal(run(&b, 5000 + INPUT_TIMEOUT - 1).state, VCONSOLE_MUX_UNTIL);
    assert_int_equal(b.in_first, 4);
    struct vconsole_mux_result result = run(&b, 5000 + INPUT_TIMEOUT);
    expect(&b, "hyp: vm=a input_lost=5\r\n");
    assert_int_equal(result.state, VCONSOLE_MUX_SLEEP);
    assert_true(b.rx_irq);
    type(&b, "xy");
    result = run(&b, 6100);
    expect(&b, "");
    assert_int_equal(result.deadline, 7000); /* One line a second. */
    type(&b, "z");
    run(&b, 7000);
    expect(&b, "hyp: vm=a input_lost=3\r\n");
    type(&b, "uv\x1d"
             "b");
    run(&b, 7500);
    expect(&b, "hyp: console=linux\r\n");
    read_typed(&b, 1, "b");
    run(&b, 8000);
    expect(&b, "hyp: vm=a input_lost=2\r\n");
    read_typed(&b, 0, "1234");
}

static void time_to_read_begins_with_the_focus(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    type(&b, "12345");
    run(&b, 5000); /* Both have read nothing, and b's ring fills only now. */
    run(&b, 6000);
    expect(&b, "hyp: vm=a input_lost=1\r\n");
    type(&b, "\x1d"
             "12345");
    run(&b, 6100);
    expect(&b, "hyp: console=linux\r\n");
    assert_int_equal(b.in_first + 1, b.in_count);
    read_some(&b, 1, "12");
    run(&b, 6200);
    assert_int_equal(b.in_first, b.in_count);
}

static void key_in_a_paste_moves_the_rest(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    type(&b, "1234567\x1d"
             "rest");
    run(&b, 5000);
    assert_int_equal(b.in_first, 4); /* The key waits its turn, as the VM reads. */
    read_some(&b, 0, "12");
    run(&b, 5001);
    read_some(&b, 0, "34");
    run(&b, 5002);
    read_typed(&b, 0, "567");
    read_typed(&b, 1, "rest");
    expect(&b, "hyp: console=linux\r\n");
}

static void stopped_vm_loses_input_at_once(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    type(&b, "1234567");
    run(&b, 5000);
    b.vm[0].ipis = 0;
    vconsole_close(&b.vm[0].vc);
    assert_true(vconsole_mux_wakeup_pending(&b.mux));
    run(&b, 5001);
    expect(&b, "hyp: vm=a input_lost=3 state=stopped\r\n");
    type(&b, "x\x1d");
    run(&b, 5002);
    expect(&b, "hyp: console=linux\r\n");
    type(&b, "\x1d"); /* Back to linux, as a has stopped. */
    run(&b, 6003);
    expect(&b, "hyp: console=linux\r\nhyp: vm=a input_lost=1 state=stopped\r\n");
}

static void key_without_a_running_vm_says_so(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    vconsole_close(&b.vm[0].vc);
    vconsole_close(&b.vm[1].vc);
    type(&b, "\x1d");
    run(&b, 0);
    expect(&b, "hyp: console=none\r\n");
    type(&b, "ls\n");
    run(&b, 5000);
    type(&b, "ls\n");
    run(&b, 5500);
    expect(&b, "hyp: vm=a input_lost=3 state=stopped\r\n");
    run(&b, 6000);
    expect(&b, "hyp: vm=a input_lost=3 state=stopped\r\n");
}

static void paced_input_waits_too(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    vconsole_mux_set_paced(&b.mux, 1);
    type(&b, "123456789");
    struct vconsole_mux_result result = run(&b, 5000);
    assert_int_equal(b.in_first, 4);
    assert_int_equal(result.deadline, 5000 + PERIOD);
    result = run(&b, 5000 + PERIOD);
    assert_false(b.rx_irq);
    assert_int_equal(result.deadline, 5000 + INPUT_TIMEOUT);
    read_typed(&b, 0, "1234");
    assert_int_equal(run(&b, 5100).deadline, 5100 + PERIOD);
    assert_int_equal(b.in_first, 8);
}

static void polled_device_is_read_again_soon(void **state)
{
    (void)state;
    struct bench b;
    bench_init_as(&b, true);
    run(&b, 5000);
    type(&b, "1");
    struct vconsole_mux_result result = run(&b, 5001);
    assert_true(result.polled);
    assert_int_equal(result.state, VCONSOLE_MUX_UNTIL);
    assert_int_equal(result.deadline, 5001 + PERIOD);
    assert_int_equal(run(&b, 5001 + PERIOD).state, VCONSOLE_MUX_SLEEP);
    type(&b, "23456");
    assert_int_equal(run(&b, 6000).deadline, 6000 + INPUT_TIMEOUT);
    read_typed(&b, 0, "1234");
    run(&b, 6001);
    read_typed(&b, 0, "56");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_stay_in_the_device_while_the_ring_is_full),
        cmocka_unit_test(vm_that_sends_no_ipi_rings_the_bell),
        cmocka_unit_test(vm_that_reads_slowly_loses_nothing),
        cmocka_unit_test(vm_that_reads_nothing_loses_input_and_keys_work),
        cmocka_unit_test(time_to_read_begins_with_the_focus),
        cmocka_unit_test(key_in_a_paste_moves_the_rest),
        cmocka_unit_test(stopped_vm_loses_input_at_once),
        cmocka_unit_test(key_without_a_running_vm_says_so),
        cmocka_unit_test(paced_input_waits_too),
        cmocka_unit_test(polled_device_is_read_again_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
