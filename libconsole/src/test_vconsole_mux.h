/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console hart's side, for tests: a device in memory and three ports. Ports 0 and 1 belong to
 * the VMs "a" and "linux"; port 2 is the hypervisor's log and takes no input.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <hyp/console/vconsole_mux.h>

#include "test_vconsole.h"

#define LINE_TIMEOUT 10u
#define PERIOD 5u
#define KEY 0x1d
#define LOG_KEY 0x1e
#define TERMINAL_KEY 0x1f
#define INPUT_TIMEOUT 1000u
#define FOREVER 1000000u

struct port {
    struct vconsole vc;
    uint8_t tx[64];
    uint8_t rx[4];
    unsigned ipis;
};

struct bench {
    struct vconsole_mux mux;
    struct port vm[3];
    char out[2048];
    unsigned out_count, room;
    char in[64];
    unsigned in_first, in_count;
    bool tx_irq, rx_irq, polled;
};

static inline bool dev_put(void *state, uint8_t byte)
{
    struct bench *b = state;
    if (b->room == 0) {
        return false;
    }
    b->room--;
    b->out[b->out_count++] = (char)byte;
    return true;
}

static inline bool dev_get(void *state, uint8_t *byte)
{
    struct bench *b = state;
    if (b->in_first == b->in_count) {
        return false;
    }
    *byte = (uint8_t)b->in[b->in_first++];
    return true;
}

static inline bool dev_tx_irq(void *state, bool enable)
{
    struct bench *b = state;
    b->tx_irq = enable;
    return !b->polled;
}

static inline bool dev_rx_irq(void *state, bool enable)
{
    struct bench *b = state;
    b->rx_irq = enable;
    return !b->polled;
}

static const struct console_ops dev_ops = {
    .try_put = dev_put, .try_get = dev_get, .set_tx_irq = dev_tx_irq, .set_rx_irq = dev_rx_irq};

static inline void send_ipi(void *ctx)
{
    ((struct port *)ctx)->ipis++;
}

static inline void bench_init_as(struct bench *b, bool polled)
{
    static const char *const name[] = {"a", "linux", NULL};
    *b = (struct bench){.room = FOREVER, .polled = polled};
    const struct vconsole_mux_config config = {.dev = {.ops = &dev_ops, .state = b},
                                               .line_timeout = LINE_TIMEOUT,
                                               .switch_key = KEY,
                                               .log_key = LOG_KEY,
                                               .terminal_key = TERMINAL_KEY,
                                               .input_timeout = INPUT_TIMEOUT,
                                               .period = PERIOD};
    assert_int_equal(vconsole_mux_init(&b->mux, &config), HYP_OK);
    for (unsigned i = 0; i < 3; i++) {
        struct port *s = &b->vm[i];
        const struct vconsole_config vc = {
            .name = name[i],
            .tx = s->tx,
            .tx_size = sizeof(s->tx),
            .rx = name[i] != NULL ? s->rx : NULL,
            .rx_size = name[i] != NULL ? sizeof(s->rx) : 0,
            .waker = {.send = send_ipi, .ctx = s},
        };
        assert_int_equal(vconsole_init(&s->vc, &vc), HYP_OK);
        assert_int_equal(vconsole_mux_add(&b->mux, &s->vc), HYP_OK);
        assert_int_equal(s->vc.port, i);
    }
}

static inline void bench_init(struct bench *b)
{
    bench_init_as(b, false);
}

static inline void say(struct bench *b, unsigned vm, const char *text)
{
    while (*text != '\0') {
        assert_true(test_put_byte(&b->vm[vm].vc, (uint8_t)*text++));
    }
}

static inline struct vconsole_mux_result step(struct bench *b, uint64_t now)
{
    struct vconsole_mux_result result = vconsole_mux_step(&b->mux, now, VCONSOLE_MUX_BUDGET);
    assert_true(vconsole_mux_is_valid(&b->mux));
    return result;
}

/* Steps as the console hart does at one tick; returns the state in which it waits. */
static inline struct vconsole_mux_result run(struct bench *b, uint64_t now)
{
    struct vconsole_mux_result result;
    uint64_t wake = 0;
    do {
        result = step(b, now);
        wake |= result.wake;
    } while (result.state == VCONSOLE_MUX_AGAIN || (b->tx_irq && b->room != 0));
    result.wake = wake;
    return result;
}

static inline void expect(struct bench *b, const char *text)
{
    b->out[b->out_count] = '\0';
    assert_string_equal(b->out, text);
    b->out_count = 0;
}

/* Reads what was typed, and no more. */
static inline void read_typed(struct bench *b, unsigned vm, const char *text)
{
    uint8_t byte;
    for (; *text != '\0'; text++) {
        assert_true(vconsole_get_byte(&b->vm[vm].vc, &byte));
        assert_int_equal(byte, (uint8_t)*text);
    }
    assert_false(vconsole_get_byte(&b->vm[vm].vc, &byte));
}

static inline void type(struct bench *b, const char *text)
{
    if (b->in_first == b->in_count) {
        b->in_first = 0;
        b->in_count = 0;
    }
    memcpy(b->in + b->in_count, text, strlen(text));
    b->in_count += (unsigned)strlen(text);
}
