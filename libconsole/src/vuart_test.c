/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual UART as Linux' driver uses the chip. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <hyp/console/vuart.h>

#include "regs16550.h"

struct bench {
    struct vuart uart;
    uint8_t out[256];
    unsigned out_count, room;
    uint8_t in[128];
    unsigned in_first, in_count;
    bool irq;
    unsigned irq_edges;
};

static bool port_ready(void *state)
{
    return ((struct bench *)state)->room >= VUART_BURST;
}

static bool port_put(void *state, uint8_t byte)
{
    struct bench *b = state;
    if (b->room == 0) {
        return false;
    }
    b->room--;
    b->out[b->out_count++] = byte;
    return true;
}

static bool port_get(void *state, uint8_t *byte)
{
    struct bench *b = state;
    if (b->in_first == b->in_count) {
        return false;
    }
    *byte = b->in[b->in_first++];
    return true;
}

static const struct vuart_backend_ops port_ops = {
    .tx_ready = port_ready, .tx_put = port_put, .rx_get = port_get};

static void irq_set(void *controller, uint32_t source, bool level)
{
    struct bench *b = controller;
    assert_int_equal(source, 10);
    b->irq_edges += level != b->irq;
    b->irq = level;
}

static void bench_init(struct bench *b, uint8_t shift)
{
    *b = (struct bench){.room = 200};
    const struct vuart_config config = {
        .backend = {.ops = &port_ops, .state = b},
        .irq = {.set = irq_set, .controller = b, .source = 10},
        .shift = shift,
    };
    assert_int_equal(vuart_init(&b->uart, &config), HYP_OK);
}

static uint8_t get(struct bench *b, uintptr_t reg)
{
    uint64_t value = ~(uint64_t)0;
    assert_int_equal(vuart_vdev_ops.read(&b->uart, reg << b->uart.config.shift, 1, &value),
                     VDEV_OK);
    assert_true(value <= 0xff);
    assert_true(vuart_is_valid(&b->uart));
    return (uint8_t)value;
}

static void set(struct bench *b, uintptr_t reg, uint8_t value)
{
    assert_int_equal(vuart_vdev_ops.write(&b->uart, reg << b->uart.config.shift, 1, value),
                     VDEV_OK);
    assert_true(vuart_is_valid(&b->uart));
}

static void type(struct bench *b, const char *text)
{
    memcpy(b->in + b->in_count, text, strlen(text));
    b->in_count += (unsigned)strlen(text);
    vuart_update(&b->uart);
    assert_true(vuart_is_valid(&b->uart));
}

static void after_reset(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 0);
    static const uint8_t want[8] = {0, 0, 0x01, 0, 0, 0x60, 0xb0, 0};
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(get(&b, i), want[i]);
    }
    assert_int_equal(vuart_init(&b.uart, &(struct vuart_config){.shift = 4}), HYP_E_PARAM);
    b.room = 0;
    assert_int_equal(vuart_init(&b.uart, &b.uart.config), HYP_OK);
    assert_int_equal(get(&b, R16550_LSR), 0);
}

static void registers_keep_their_bits(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 2);
    set(&b, R16550_SCR, 0xa5);
    set(&b, R16550_IER, 0xff);
    set(&b, R16550_MCR, 0xef);
    set(&b, R16550_LCR, 0xff);
    set(&b, R16550_DLL, 0x12);
    set(&b, R16550_DLM, 0x34);
    set(&b, R16550_LSR, 0xff);
    set(&b, R16550_MSR, 0xff);
    assert_int_equal(get(&b, R16550_DLL), 0x12);
    assert_int_equal(get(&b, R16550_DLM), 0x34);
    assert_int_equal(get(&b, R16550_LCR), 0xff);
    set(&b, R16550_LCR, 0x03);
    assert_int_equal(get(&b, R16550_IER), 0x0f);
    assert_int_equal(get(&b, R16550_MCR), 0x0f);
    assert_int_equal(get(&b, R16550_SCR), 0xa5);
    assert_int_equal(get(&b, R16550_LSR), 0x60);
    assert_int_equal(b.out_count, 0);
}

static void sizes_and_offsets(void **state)
{
    (void)state;
    struct bench b;
    for (uint8_t shift = 0; shift <= 3; shift++) {
        bench_init(&b, shift);
        for (unsigned size = 1; size <= 8; size *= 2) {
            for (uint64_t off = 0; off < 0x100; off++) {
                uint64_t value = 77;
                bool good = off % size == 0 && off + size <= (8u << shift);
                enum vdev_result want = good ? VDEV_OK : VDEV_FAULT;
                assert_int_equal(vuart_vdev_ops.read(&b.uart, off, size, &value), want);
                assert_true(good ? value <= 0xff : value == 77);
                struct vuart before = b.uart;
                assert_int_equal(vuart_vdev_ops.write(&b.uart, off, size, 0x300), want);
                assert_true(good || memcmp(&before, &b.uart, sizeof(before)) == 0);
            }
        }
    }
    uint64_t value;
    assert_int_equal(vuart_vdev_ops.read(&b.uart, UINT64_MAX, 1, &value), VDEV_FAULT);
    /* A wide access is one access to one register: one byte is read, one is written. */
    bench_init(&b, 0);
    type(&b, "xyz");
    assert_int_equal(vuart_vdev_ops.read(&b.uart, 0, 8, &value), VDEV_OK);
    assert_int_equal(value, 'x');
    assert_int_equal(vuart_vdev_ops.write(&b.uart, 0, 4, 0x61626364), VDEV_OK);
    assert_int_equal(b.out_count, 1);
    assert_int_equal(b.out[0], 0x64);
}

/* Linux' serial8250_do_startup() probes this: each rise of ETBEI gives the interrupt again. */
static void thre_interrupt(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 0);
    set(&b, R16550_IER, IER_THRE);
    assert_true(b.irq);
    assert_int_equal(get(&b, R16550_IIR), IIR_THRE);
    assert_false(b.irq); /* The read was its acknowledgement. */
    assert_int_equal(get(&b, R16550_IIR), IIR_NONE);
    set(&b, R16550_IER, IER_THRE); /* No edge. */
    assert_false(b.irq);
    set(&b, R16550_IER, 0);
    set(&b, R16550_IER, IER_THRE);
    assert_true(b.irq);
    assert_int_equal(get(&b, R16550_IIR), IIR_THRE);
    set(&b, R16550_THR, 'a'); /* Leaves at once: empty again. */
    assert_true(b.irq);
    set(&b, R16550_IER, 0);
    assert_false(b.irq);
    /* A higher interrupt is read first and does not acknowledge it. */
    set(&b, R16550_IER, IER_THRE | IER_RX);
    type(&b, "k");
    assert_int_equal(get(&b, R16550_IIR), IIR_RX);
    assert_int_equal(get(&b, R16550_RBR), 'k');
    assert_int_equal(get(&b, R16550_IIR), IIR_THRE);
}

static void full_port_is_no_thre(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 0);
    b.room = 20;
    set(&b, R16550_IER, IER_THRE);
    for (unsigned i = 0; i < 4; i++) {
        set(&b, R16550_THR, 'a');
    }
    assert_int_equal(get(&b, R16550_LSR), 0x60);
    for (unsigned i = 0; i < 16; i++) {
        set(&b, R16550_THR, 'b');
        assert_int_equal(get(&b, R16550_LSR), 0);
        assert_int_equal(get(&b, R16550_IIR), IIR_NONE);
    }
    assert_int_equal(b.uart.tx_dropped, 0);
    set(&b, R16550_THR, 'c');
    assert_int_equal(b.uart.tx_dropped, 1);
    assert_false(b.irq);
    set(&b, R16550_IER, 0);
    set(&b, R16550_IER, IER_THRE); /* A rise with THR full is none. */
    assert_false(b.irq);
    b.room = 15;
    vuart_update(&b.uart);
    assert_false(b.irq);
    b.room = 16;
    vuart_update(&b.uart);
    assert_true(b.irq);
    assert_int_equal(get(&b, R16550_LSR), 0x60);
    /* A guest that polls needs no notification. */
    b.room = 1;
    set(&b, R16550_THR, 'd');
    assert_int_equal(get(&b, R16550_LSR), 0);
    b.room = 100;
    assert_int_equal(get(&b, R16550_LSR), 0x60);
}

static void rx_trigger_levels(void **state)
{
    (void)state;
    static const unsigned level[4] = {1, 4, 8, 14};
    for (unsigned i = 0; i < 4; i++) {
        struct bench b;
        bench_init(&b, 0);
        set(&b, R16550_FCR, (uint8_t)(FCR_ENABLE | i << 6));
        set(&b, R16550_IER, IER_RX);
        assert_int_equal(get(&b, R16550_IIR), 0xc1);
        for (unsigned n = 1; n <= 16; n++) {
            type(&b, "q");
            assert_true(b.irq);
            assert_int_equal(get(&b, R16550_IIR), n < level[i] ? 0xcc : 0xc4);
        }
        type(&b, "17");
        assert_int_equal(b.in_count - b.in_first, 2); /* These stay on the wire. */
        for (unsigned n = 0; n < 16; n++) {
            assert_int_equal(get(&b, R16550_LSR), 0x61);
            assert_int_equal(get(&b, R16550_RBR), 'q');
        }
        assert_int_equal(get(&b, R16550_RBR), '1');
        assert_int_equal(get(&b, R16550_RBR), '7');
        assert_int_equal(get(&b, R16550_LSR), 0x60);
        assert_false(b.irq);
    }
}

static void fcr_resets(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 0);
    set(&b, R16550_FCR, FCR_ENABLE);
    type(&b, "abc");
    set(&b, R16550_FCR, FCR_RX_RESET); /* Enable falls: the FIFO is emptied. */
    assert_int_equal(get(&b, R16550_LSR), 0x60);
    assert_int_equal(get(&b, R16550_IIR), IIR_NONE);
    type(&b, "de"); /* No FIFO: one byte at a time. */
    assert_int_equal(b.uart.rx_count, 1);
    set(&b, R16550_FCR, 0xc0 | FCR_RX_RESET); /* Not programmed without the enable bit. */
    assert_int_equal(b.uart.rx_count, 1);
    assert_int_equal(get(&b, R16550_RBR), 'd');
    set(&b, R16550_FCR, FCR_ENABLE); /* It rises: emptied again. */
    assert_int_equal(get(&b, R16550_LSR), 0x60);
    type(&b, "fg");
    set(&b, R16550_FCR, FCR_ENABLE | FCR_TX_RESET); /* The receiver is left alone. */
    assert_int_equal(b.uart.rx_count, 2);
    set(&b, R16550_FCR, FCR_ENABLE | FCR_RX_RESET);
    assert_int_equal(b.uart.rx_count, 0);
}

/* Linux' autoconfig() looks for a UART so: MCR loopback drives MSR. */
static void loopback_modem_lines(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 0);
    set(&b, R16550_MCR, MCR_LOOP | MCR_OUT2 | MCR_RTS);
    assert_int_equal(get(&b, R16550_MSR) & 0xf0, 0x90);
    get(&b, R16550_MSR);
    set(&b, R16550_IER, IER_MODEM);
    assert_false(b.irq);
    set(&b, R16550_MCR, MCR_LOOP | MCR_OUT2 | MCR_RTS | MCR_OUT1); /* RI rises: not a TERI. */
    assert_false(b.irq);
    set(&b, R16550_MCR, MCR_LOOP | MCR_DTR);
    assert_true(b.irq);
    assert_int_equal(get(&b, R16550_IIR), IIR_MODEM);
    assert_int_equal(get(&b, R16550_MSR), MSR_DSR | MSR_DCTS | MSR_DDSR | MSR_TERI | MSR_DDCD);
    assert_false(b.irq);
    assert_int_equal(get(&b, R16550_MSR), MSR_DSR);
    set(&b, R16550_MCR, 0);
    assert_int_equal(get(&b, R16550_MSR), 0xb0 | MSR_DCTS | MSR_DDCD);
}

static void loopback_bytes(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 0);
    b.room = 0;
    set(&b, R16550_IER, IER_LINE | IER_RX);
    set(&b, R16550_MCR, MCR_LOOP);
    type(&b, "w"); /* Disconnected from the wire. */
    assert_int_equal(b.uart.rx_count, 0);
    set(&b, R16550_THR, 'a');
    assert_int_equal(get(&b, R16550_LSR), 0x61);
    assert_int_equal(get(&b, R16550_IIR), IIR_RX);
    set(&b, R16550_THR, 'b'); /* RBR: the new byte overwrites. */
    assert_int_equal(get(&b, R16550_IIR), IIR_LINE);
    assert_int_equal(get(&b, R16550_LSR), 0x63);
    assert_int_equal(get(&b, R16550_LSR), 0x61);
    assert_int_equal(get(&b, R16550_RBR), 'b');
    set(&b, R16550_FCR, FCR_ENABLE);
    for (unsigned i = 0; i < 17; i++) { /* FIFO: the new byte is lost. */
        set(&b, R16550_THR, (uint8_t)('A' + i));
    }
    assert_int_equal(get(&b, R16550_IIR), 0xc6);
    assert_int_equal(get(&b, R16550_LSR), 0x63);
    for (unsigned i = 0; i < 16; i++) {
        assert_int_equal(get(&b, R16550_RBR), 'A' + i);
    }
    assert_int_equal(b.out_count, 0);
    assert_int_equal(b.uart.tx_dropped, 0);
    set(&b, R16550_MCR, 0); /* Back on the wire, which is full, and has a byte for us. */
    assert_int_equal(get(&b, R16550_LSR), 0x01);
    assert_int_equal(get(&b, R16550_RBR), 'w');
}

static void reset_lowers_the_line(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 0);
    set(&b, R16550_IER, IER_THRE);
    set(&b, R16550_SCR, 1);
    assert_true(b.irq);
    assert_int_equal(vuart_init(&b.uart, &b.uart.config), HYP_OK);
    assert_false(b.irq);
    assert_int_equal(get(&b, R16550_SCR), 0);
    assert_true(vuart_is_valid(&b.uart));
}

static void is_valid_finds_a_bad_state(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 0);
    const struct vuart good = b.uart;
#define BAD(change)                         \
    do {                                    \
        struct vuart bad = good;            \
        bad.change;                         \
        assert_false(vuart_is_valid(&bad)); \
    } while (0)
    assert_true(vuart_is_valid(&good));
    BAD(config.shift = 4);
    BAD(ier = 0x10);
    BAD(fcr = 0x02);
    BAD(mcr = 0x20);
    BAD(msr_delta = 0x10);
    BAD(rx_first = 16);
    BAD(rx_count = 2);
    BAD(irq_level = true);
    struct vuart bad = good;
    bad.thre = false;
    bad.thr_pending = true;
    assert_false(vuart_is_valid(&bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_reset),
        cmocka_unit_test(registers_keep_their_bits),
        cmocka_unit_test(sizes_and_offsets),
        cmocka_unit_test(thre_interrupt),
        cmocka_unit_test(full_port_is_no_thre),
        cmocka_unit_test(rx_trigger_levels),
        cmocka_unit_test(fcr_resets),
        cmocka_unit_test(loopback_modem_lines),
        cmocka_unit_test(loopback_bytes),
        cmocka_unit_test(reset_lowers_the_line),
        cmocka_unit_test(is_valid_finds_a_bad_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
