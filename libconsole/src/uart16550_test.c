/* SPDX-License-Identifier: Apache-2.0 */
/* The driver against the model that guests get, through the host's bus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <hyp/console/uart16550.h>
#include <hyp/console/vuart.h>

#include "regs16550.h"

#define BASE 0x10000000u

struct wire {
    uint8_t out[256];
    unsigned out_count;
    unsigned out_room;
    uint8_t in[64];
    unsigned in_first, in_count;
};

struct bench {
    struct wire wire;
    struct vuart model;
    struct vdev vdev;
    struct uart16550 uart;
    struct console_dev dev;
    bool irq;
};

static bool wire_ready(void *state)
{
    const struct wire *w = state;
    return w->out_room - w->out_count >= VUART_BURST;
}

static bool wire_put(void *state, uint8_t byte)
{
    struct wire *w = state;
    if (w->out_count == w->out_room) {
        return false;
    }
    w->out[w->out_count++] = byte;
    return true;
}

static bool wire_get(void *state, uint8_t *byte)
{
    struct wire *w = state;
    if (w->in_first == w->in_count) {
        return false;
    }
    *byte = w->in[w->in_first++];
    return true;
}

static const struct vuart_backend_ops wire_ops = {
    .tx_ready = wire_ready, .tx_put = wire_put, .rx_get = wire_get};

static void irq_set(void *controller, uint32_t source, bool level)
{
    assert_int_equal(source, 10);
    *(bool *)controller = level;
}

static void bench_init(struct bench *b, uint8_t shift, uint8_t width)
{
    *b = (struct bench){.wire.out_room = sizeof(b->wire.out)};
    const struct vuart_config config = {
        .backend = {.ops = &wire_ops, .state = &b->wire},
        .irq = {.set = irq_set, .controller = &b->irq, .source = 10},
        .shift = shift,
    };
    assert_int_equal(vuart_init(&b->model, &config), HYP_OK);
    b->vdev = (struct vdev){
        .base = BASE, .size = vuart_size(&b->model), .ops = &vuart_vdev_ops, .state = &b->model};
    mmio_host_reset();
    mmio_host_attach(&b->vdev);
    /* Firmware may leave it so: divisor latch open, interrupts on. */
    b->model.ier = 0x0f;
    b->model.lcr = 0x83;
    const struct uart16550_config uart = {.regs = {BASE}, .shift = shift, .width = width};
    assert_int_equal(uart16550_init(&b->uart, &uart), HYP_OK);
    b->dev = uart16550_console(&b->uart);
    assert_true(uart16550_is_valid(&b->uart));
}

static void speaks_at_any_shift_and_width(void **state)
{
    (void)state;
    static const uint8_t way[][2] = {{0, 1}, {1, 1}, {2, 1}, {2, 4}, {3, 4}};
    for (unsigned i = 0; i < 5; i++) {
        struct bench b;
        bench_init(&b, way[i][0], way[i][1]);
        assert_int_equal(b.model.lcr, 0x03);
        assert_int_equal(b.model.dlm, 0);
        assert_int_equal(b.model.ier, 0);
        assert_int_equal(b.uart.depth, 16);
        assert_int_equal(console_dev_write(&b.dev, "hello\n", 6, 10), 6);
        assert_int_equal(b.wire.out_count, 7);
        assert_memory_equal(b.wire.out, "hello\r\n", 7);
        uint8_t byte = 0;
        assert_false(b.dev.ops->try_get(b.dev.state, &byte));
        b.wire.in[b.wire.in_count++] = 'k';
        assert_true(b.dev.ops->try_get(b.dev.state, &byte));
        assert_int_equal(byte, 'k');
        assert_true(uart16550_is_valid(&b.uart));
    }
}

static void refuses_a_bad_shape(void **state)
{
    (void)state;
    static const uint8_t bad[][2] = {{4, 1}, {0, 2}, {0, 4}, {1, 4}, {2, 8}, {0, 0}};
    mmio_host_reset(); /* The bus is empty: a register access would fail. */
    for (unsigned i = 0; i < 6; i++) {
        struct uart16550 uart;
        const struct uart16550_config config = {.shift = bad[i][0], .width = bad[i][1]};
        assert_int_equal(uart16550_init(&uart, &config), HYP_E_PARAM);
    }
}

static void waits_for_thre(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 0, 1);
    b.wire.out_room = 20;
    unsigned went = 0;
    while (went < 100 && b.dev.ops->try_put(b.dev.state, (uint8_t)went)) {
        went++;
    }
    assert_int_equal(went, 16); /* Room for 4 is no room for a FIFO. */
    assert_int_equal(console_dev_write(&b.dev, "x", 1, 3), 0);
    assert_int_equal(console_dev_write(&b.dev, "\n", 1, 3), 0);
    assert_int_equal(b.model.tx_dropped, 0);
    b.wire.out_room = 40;
    assert_true(b.dev.ops->try_put(b.dev.state, 'x'));
    assert_int_equal(b.wire.out_count, 17);
}

static void interrupts_as_enabled(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 2, 4);
    assert_false(b.irq);
    assert_true(b.dev.ops->set_tx_irq(b.dev.state, true));
    assert_true(b.irq);
    assert_true(b.dev.ops->set_tx_irq(b.dev.state, false));
    assert_false(b.irq);
    assert_true(b.dev.ops->set_rx_irq(b.dev.state, true));
    assert_false(b.irq);
    b.wire.in[b.wire.in_count++] = 'a';
    vuart_update(&b.model);
    assert_true(b.irq);
    uint8_t byte;
    assert_true(b.dev.ops->try_get(b.dev.state, &byte));
    assert_false(b.irq);
}

/* A chip whose IIR never says that there are FIFOs: a 16450. */
static enum vdev_result old_read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    (void)state;
    (void)size;
    *value = offset == R16550_LSR ? LSR_THRE : offset == R16550_IIR ? 0x80 | IIR_NONE : 0;
    return VDEV_OK;
}

static enum vdev_result old_write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    (void)size;
    (void)value;
    *(unsigned *)state += offset == R16550_THR ? 1 : 0;
    return VDEV_OK;
}

static void an_old_chip_gets_one_byte_a_thre(void **state)
{
    (void)state;
    static const struct vdev_ops old_ops = {.read = old_read, .write = old_write};
    unsigned written = 0;
    const struct vdev vdev = {.base = BASE, .size = 8, .ops = &old_ops, .state = &written};
    mmio_host_reset();
    mmio_host_attach(&vdev);
    struct uart16550 uart;
    assert_int_equal(uart16550_init(&uart, &(struct uart16550_config){.regs = {BASE}, .width = 1}),
                     HYP_OK);
    assert_int_equal(uart.depth, 1);
    struct console_dev dev = uart16550_console(&uart);
    assert_true(dev.ops->try_put(dev.state, 'a'));
    assert_int_equal(uart.tx_room, 0);
    assert_true(uart16550_is_valid(&uart));
    assert_int_equal(written, 1);
}

static void is_valid_finds_a_bad_state(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 0, 1);
    struct uart16550 bad = b.uart;
    bad.ier = 0x10;
    assert_false(uart16550_is_valid(&bad));
    bad = b.uart;
    bad.depth = 2;
    assert_false(uart16550_is_valid(&bad));
    bad = b.uart;
    bad.tx_room = 16;
    assert_false(uart16550_is_valid(&bad));
    bad = b.uart;
    bad.config.width = 4;
    assert_false(uart16550_is_valid(&bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speaks_at_any_shift_and_width),
        cmocka_unit_test(refuses_a_bad_shape),
        cmocka_unit_test(waits_for_thre),
        cmocka_unit_test(interrupts_as_enabled),
        cmocka_unit_test(an_old_chip_gets_one_byte_a_thre),
        cmocka_unit_test(is_valid_finds_a_bad_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
