/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile VMs hold lines open beside one that writes complete lines: in any time t the complete
 * lines wait for open ones no longer than line_timeout + t / 5, and all are shown in time.
 *
 * A tick is 0.1 ms, the device takes two bytes a tick. A holder writes letters, or carriage
 * returns, which show nothing, at its own pace, finishes a line now and then, or is silent for a
 * while. One of them has the focus, and somebody types, so that its lines are shown again.
 */
#include <string.h>

#include <hyp/console/vconsole_mux.h>
#include <prop.h>

#include "test_vconsole.h"
#include "vconsole_tx.h"

#define HOLDERS_MAX 5u
#define PORTS (HOLDERS_MAX + 1)
#define LINE_TIMEOUT 100u
#define PERIOD 10u
#define KEY 0x1d
#define LINES 60u
#define LINE "a line of a victim\n"

struct world {
    struct vconsole_mux mux;
    struct vconsole vc[PORTS];
    uint8_t tx[PORTS][256];
    uint8_t rx[PORTS][4];
    unsigned room;
    bool typed;
    unsigned keys; /* So often the focus moves first. */
};

static bool dev_put(void *state, uint8_t byte)
{
    struct world *w = state;
    if (w->room == 0) {
        return false;
    }
    w->room--;
    (void)byte;
    return true;
}

static bool dev_get(void *state, uint8_t *byte)
{
    struct world *w = state;
    bool typed = w->typed;
    *byte = w->keys != 0 ? KEY : 't';
    w->keys -= typed && w->keys != 0 ? 1 : 0;
    w->typed = false;
    return typed;
}

static bool dev_irq(void *state, bool enable)
{
    (void)state;
    return enable;
}

static const struct console_ops dev_ops = {
    .try_put = dev_put, .try_get = dev_get, .set_tx_irq = dev_irq, .set_rx_irq = dev_irq};

struct holder {
    unsigned every; /* Ticks between two letters. */
    unsigned burst; /* Letters at once. */
    unsigned feed;  /* One of so many letters is a line feed; 0: none is. */
    uint8_t letter;
};

static void world_init(struct world *w, unsigned ports)
{
    memset(w, 0, sizeof(*w));
    const struct vconsole_mux_config config = {.dev = {.ops = &dev_ops, .state = w},
                                               .line_timeout = LINE_TIMEOUT,
                                               .period = PERIOD,
                                               .input_timeout = 10000,
                                               .switch_key = KEY};
    PROP_ASSERT(vconsole_mux_init(&w->mux, &config) == HYP_OK);
    for (unsigned i = 0; i < ports; i++) {
        const struct vconsole_config vc = {.name = "v",
                                           .tx = w->tx[i],
                                           .tx_size = sizeof(w->tx[i]),
                                           .rx = w->rx[i],
                                           .rx_size = sizeof(w->rx[i])};
        PROP_ASSERT(vconsole_init(&w->vc[i], &vc) == HYP_OK);
        PROP_ASSERT(vconsole_mux_add(&w->mux, &w->vc[i]) == HYP_OK);
    }
}

static void hold(struct world *w, const struct holder *h, unsigned port, unsigned now)
{
    while (vconsole_get_byte(&w->vc[port], &(uint8_t){0})) {
    }
    for (unsigned i = 0; now % h->every == 0 && i < h->burst; i++) {
        bool feed = h->feed != 0 && prop_u64(h->feed) == 0;
        (void)test_put_byte(&w->vc[port], feed ? '\n' : h->letter);
    }
}

/* Ticks until all of the victim's lines are taken; *held: ticks that it waited for open lines. */
static unsigned run(struct world *w, const struct holder *h, unsigned holders, unsigned *held)
{
    unsigned written = 0;
    unsigned now = 0;
    *held = 0;
    while (written < LINES || byte_ring_used(&w->vc[0].tx) != 0) {
        bool must_wake;
        now++;
        PROP_ASSERT(now < 100000);
        if (written < LINES &&
            vconsole_write(&w->vc[0], (const uint8_t *)LINE, sizeof(LINE) - 1, &must_wake)) {
            written++;
        }
        for (unsigned i = 1; i <= holders; i++) {
            hold(w, &h[i], i, now);
        }
        w->typed = prop_u64(4) == 0;
        w->room = w->room + 2 < 32 ? w->room + 2 : 32;
        (void)vconsole_mux_step(&w->mux, now, VCONSOLE_MUX_BUDGET);
        PROP_ASSERT(vconsole_mux_is_valid(&w->mux));
        unsigned owner = w->mux.owner;
        bool open = owner != 0 && owner < w->mux.port_count && !vconsole_has_line(&w->vc[owner]) &&
                    w->mux.stage_count == 0;
        *held += open && vconsole_has_line(&w->vc[0]) ? 1 : 0;
    }
    return now;
}

void prop_run(void)
{
    static struct world w;
    struct holder h[PORTS] = {{0}};
    unsigned holders = 1 + (unsigned)prop_u64(HOLDERS_MAX);
    unsigned held;
    uint64_t paced = prop_u64(1 << PORTS);
    bool only_hold = true;
    for (unsigned i = 1; i <= holders; i++) {
        h[i] = (struct holder){.every = 1 + (unsigned)prop_u64(30),
                               .burst = 1 + (unsigned)prop_u64(prop_bool() ? 3 : 48),
                               .letter = prop_bool() ? 'h' : '\r',
                               .feed = prop_u64(3) == 0 ? 1 + (unsigned)prop_u64(60) : 0};
        only_hold = only_hold && h[i].feed == 0;
    }
    world_init(&w, 1);
    vconsole_mux_set_paced(&w.mux, paced & 1);
    unsigned alone = run(&w, h, 0, &held);
    PROP_ASSERT(held == 0);
    world_init(&w, holders + 1);
    vconsole_mux_set_paced(&w.mux, paced & ((1u << (holders + 1)) - 1));
    w.keys = (unsigned)prop_u64(holders + 1);
    unsigned beside = run(&w, h, holders, &held);
    PROP_ASSERT(held <= LINE_TIMEOUT + beside / 5 + 1);
    if (only_hold) {
        PROP_ASSERT(beside <= LINE_TIMEOUT + alone + alone / 2);
    }
}
