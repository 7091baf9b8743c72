/* SPDX-License-Identifier: Apache-2.0 */
/* The multiplexer's lines: which port's is next, and when an open one must end. */
#include "vconsole_mux_priv.h"

#define WAIT_TIMEOUTS                                                                           \
    8u                 /* An incomplete line stays open while others wait for so many timeouts. \
                        */
#define BLOCK_PAUSE 4u /* For so many times as long as a line blocked, no line blocks again. */

/* A port that had nothing to show has no claim on the time when others showed their lines. */
void vconsole_mux_take_pending(struct vconsole_mux *mux)
{
    uint64_t pending = bell_take(&mux->bell) & ~mux->active;
    mux->active |= pending;
    for (; pending != 0; pending &= pending - 1) {
        struct vconsole *vc = mux->port[bits_first(pending)];
        vc->served = vc->served > mux->served_min ? vc->served : mux->served_min;
    }
}

/* Makes *best the one of two ports that has shown less. */
static void take_less_served(const struct vconsole_mux *mux, unsigned *best, unsigned port)
{
    if (*best == PORT_NONE || mux->port[port]->served < mux->port[*best]->served) {
        *best = port;
    }
}

/*
 * The port that has shown least of those with a complete line. An incomplete line begins if no
 * complete one waits, and now and then (block_allowed) before one.
 */
unsigned vconsole_mux_next_port(struct vconsole_mux *mux)
{
    unsigned least = PORT_NONE;
    unsigned complete = PORT_NONE;
    unsigned partial = PORT_NONE;
    for (uint64_t left = mux->active; left != 0; left &= left - 1) {
        unsigned port = bits_first(left);
        if (byte_ring_used(&mux->port[port]->tx) == 0) {
            mux->active &= ~BIT(port);
            continue;
        }
        take_less_served(mux, &least, port);
        if (!port_is_paced(mux, port) || pace_is_open(mux)) {
            bool has_line = vconsole_has_line(mux->port[port]);
            take_less_served(mux, has_line ? &complete : &partial, port);
        }
    }
    if (least != PORT_NONE && mux->port[least]->served > mux->served_min) {
        mux->served_min = mux->port[least]->served;
    }
    bool partial_may = complete == PORT_NONE || mux->now >= mux->block_allowed;
    return partial != PORT_NONE && partial_may ? partial : complete;
}

void vconsole_mux_look_for_waiting(struct vconsole_mux *mux)
{
    bool waits = false;
    bool complete = false;
    for (uint64_t left = mux->active & ~BIT(mux->owner); left != 0; left &= left - 1) {
        unsigned port = bits_first(left);
        if (byte_ring_used(&mux->port[port]->tx) == 0) {
            mux->active &= ~BIT(port);
            continue;
        }
        waits = true;
        complete = complete || vconsole_has_line(mux->port[port]);
    }
    if (waits && !mux->waiting) {
        mux->waiting = true;
        mux->wait_start = mux->now;
        mux->wait_bytes = 0;
    }
    if (complete && !mux->blocking && !vconsole_has_line(mux->port[mux->owner])) {
        mux->blocking = true;
        mux->block_start = mux->now;
    }
}

void vconsole_mux_open_line(struct vconsole_mux *mux, unsigned port)
{
    mux->owner = (uint8_t)port;
    mux->kept.broken &= port != mux->focus;
    vconsole_mux_stage_tag(mux, mux->port[port]);
    vconsole_mux_look_for_waiting(mux);
}

void vconsole_mux_close_line(struct vconsole_mux *mux)
{
    mux->port[mux->owner]->pending_cr = false;
    mux->kept.broken |= mux->owner == mux->focus; /* A line feed keeps nothing afterwards. */
    mux->redrawing = false;
    mux->owner = PORT_NONE;
    mux->waiting = false;
    if (mux->blocking) {
        uint64_t time = mux->now - mux->block_start;
        time = time < mux->config.line_timeout ? time : mux->config.line_timeout;
        uint64_t next = mux->now + BLOCK_PAUSE * time + 1; /* At least one complete line is next. */
        mux->block_allowed = next > mux->block_allowed ? next : mux->block_allowed;
        mux->blocking = false;
    }
    vconsole_mux_stage_reset(mux);
    vconsole_mux_stage_string(mux, "\r\n");
}

uint64_t vconsole_mux_line_end(const struct vconsole_mux *mux)
{
    uint64_t timeout = mux->config.line_timeout;
    uint64_t end = mux->wait_start + WAIT_TIMEOUTS * timeout;
    if (mux->blocking) {
        end = mux->now < mux->block_allowed ? mux->now : mux->block_start + timeout;
    }
    uint64_t silent = mux->last_byte + timeout;
    bool is_silent = byte_ring_used(&mux->port[mux->owner]->tx) == 0;
    return is_silent && silent < end ? silent : end;
}

bool vconsole_mux_line_is_over(const struct vconsole_mux *mux)
{
    if (!mux->waiting) {
        return false;
    }
    return mux->wait_bytes >= VCONSOLE_MUX_LINE_MAX ||
           (!vconsole_has_line(mux->port[mux->owner]) && mux->now >= vconsole_mux_line_end(mux));
}
