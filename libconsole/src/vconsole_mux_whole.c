/* SPDX-License-Identifier: Apache-2.0 */
/* The multiplexer's whole terminal: one VM's bytes as they are, and what becomes of the others'. */
#include "vconsole_mux_priv.h"

#define HOLD_BUDGET 8u /* Bytes of others that a step drops at most. */

void vconsole_mux_take_raw(struct vconsole_mux *mux, struct vconsole *vc)
{
    uint32_t max = mux->budget < sizeof(mux->stage) ? mux->budget : sizeof(mux->stage);
    mux->stage_count = (uint8_t)byte_ring_get_run(&vc->tx, mux->stage, max, 0, UINT8_MAX);
    for (uint32_t i = 0; i < mux->stage_count; i++) {
        vc->lines_taken += mux->stage[i] == '\n' ? 1 : 0;
    }
}

/* Drops lines until half of the ring is free. False: it needs another step. */
static bool drop_lines(struct vconsole_mux *mux, struct vconsole *vc)
{
    uint32_t half = (vc->tx.mask + 1) / 2;
    uint32_t left = mux->budget < HOLD_BUDGET ? mux->budget : HOLD_BUDGET;
    uint8_t byte;
    mux->budget -= left;
    while (vc->tx_cutting || byte_ring_used(&vc->tx) > half) {
        if (left == 0) {
            return false;
        }
        if (!byte_ring_get(&vc->tx, &byte)) {
            break;
        }
        left--;
        vc->tx_cutting = byte != '\n';
        vc->lines_taken += byte == '\n' ? 1 : 0;
        vc->tx_lost += byte == '\n' ? 1 : 0;
    }
    mux->budget += left;
    return true;
}

/* The next one of `ports` in turn, so that one that floods does not delay another. */
static unsigned next_in_turn(const struct vconsole_mux *mux, uint64_t ports)
{
    uint64_t later = ports & ~(BIT(mux->hold_last + 1u) - 1);
    return bits_first(later != 0 ? later : ports);
}

void vconsole_mux_hold_others(struct vconsole_mux *mux)
{
    struct vconsole *owner = mux->port[mux->owner];
    if (vconsole_is_closed(owner) && byte_ring_used(&owner->tx) == 0) {
        mux->whole_next = false;
        mux->focus_changed = true;
    }
    uint64_t others = mux->active & ~BIT(mux->owner);
    others &= pace_is_open(mux) ? UINT64_MAX : ~mux->paced;
    if (others == 0) {
        return;
    }
    unsigned port = next_in_turn(mux, others);
    if (port_is_paced(mux, port)) {
        pace_take(mux);
    }
    mux->hold_last = (uint8_t)port;
    mux->drained |= BIT(port);
    /* The log counts what it cannot put. */
    if (mux->port[port]->name == NULL || drop_lines(mux, mux->port[port])) {
        mux->active &= ~BIT(port);
    }
}

void vconsole_mux_end_whole(struct vconsole_mux *mux)
{
    mux->whole = false;
    for (unsigned i = 0; i < mux->port_count; i++) {
        struct vconsole *vc = mux->port[i];
        vc->tx_lost += vc->tx_cutting ? 1 : 0; /* The rest of that line is shown. */
        vc->tx_cutting = false;
        mux->active |= BIT(i);
        mux->tx_lost |= vc->tx_lost != 0 ? BIT(i) : 0;
    }
}
