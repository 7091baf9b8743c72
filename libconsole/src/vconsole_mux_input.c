/* SPDX-License-Identifier: Apache-2.0 */
/* The multiplexer's input: the keys, the focus, and bytes for the VM that has it. */
#include "vconsole_mux_priv.h"

/* The VM's time to read begins anew. */
static void note_read(struct vconsole_mux *mux)
{
    /* Relaxed: this only says that the VM reads. */
    mux->rx_tail = __atomic_load_n(&mux->port[mux->focus]->rx.tail, __ATOMIC_RELAXED);
    mux->rx_full_since = mux->now;
}

/* If all VMs have stopped the focus stays, and the line that is shown says so. */
static void focus_next(struct vconsole_mux *mux)
{
    mux->focus_changed = true;
    mux->focus_moved = true;
    mux->whole_next = false;
    answer_cut(&mux->answer);
    vconsole_mux_keep_nothing(mux);
    for (unsigned i = 1; i <= mux->port_count; i++) {
        unsigned port = (mux->focus + i) % mux->port_count;
        if (mux->port[port]->has_rx && !vconsole_is_closed(mux->port[port])) {
            mux->focus = (uint8_t)port;
            break;
        }
    }
    note_read(mux);
}

static void toggle_whole(struct vconsole_mux *mux)
{
    if (!vconsole_is_closed(mux->port[mux->focus])) {
        mux->whole_next = !mux->whole_next;
        mux->focus_changed = true;
        vconsole_mux_keep_nothing(mux);
    }
}

/* True if the byte is of an answer to a VM that had the focus. */
static bool is_late_answer(struct vconsole_mux *mux, uint8_t byte)
{
    if (mux->now - mux->last_input >= ANSWER_TIMEOUTS * mux->config.line_timeout) {
        mux->answer = (struct answer){0};
    }
    mux->last_input = mux->now;
    return answer_drops(&mux->answer, byte, mux->focus_moved || mux->now < mux->answers_end);
}

static void give_byte(struct vconsole_mux *mux, uint8_t byte, struct vconsole_mux_result *result)
{
    struct vconsole *vc = mux->port[mux->focus];
    if (!vconsole_is_closed(vc) && byte_ring_put(&vc->rx, &byte, 1)) {
        result->wake |= BIT(mux->focus);
        mux->kept.typed = true;
        note_read(mux); /* There was room until now. */
    } else {
        vc->rx_lost++;
        mux->rx_lost |= BIT(mux->focus);
    }
}

static void take_byte(struct vconsole_mux *mux, uint8_t byte, struct vconsole_mux_result *result)
{
    if (byte == mux->config.switch_key) {
        focus_next(mux);
    } else if (byte == mux->config.log_key) {
        result->log_key_pressed = true;
    } else if (byte == mux->config.terminal_key) {
        toggle_whole(mux);
    } else if (!is_late_answer(mux, byte)) {
        give_byte(mux, byte, result);
    }
}

/* True if the next byte stays in the device, as the ring has no room and the VM reads. */
static bool must_wait(struct vconsole_mux *mux)
{
    struct vconsole *vc = mux->port[mux->focus];
    if (byte_ring_room(&vc->rx) != 0 || vconsole_is_closed(vc)) {
        return false;
    }
    if (__atomic_load_n(&vc->rx.tail, __ATOMIC_RELAXED) != mux->rx_tail) {
        note_read(mux);
    }
    if (mux->now - mux->rx_full_since >= mux->config.input_timeout) {
        return false;
    }
    vconsole_rx_set_waiting(vc);
    return !vconsole_rx_recheck(vc);
}

uint32_t vconsole_mux_take_input(struct vconsole_mux *mux, uint32_t budget,
                                 struct vconsole_mux_result *result)
{
    const struct console_dev *dev = &mux->config.dev;
    uint8_t byte;
    uint32_t taken = 0;
    uint32_t cost = 0;
    mux->rx_taken = false;
    while (mux->focus < mux->port_count && taken < budget) {
        bool paced = port_is_paced(mux, mux->focus);
        if (paced && (!pace_is_open(mux) || cost >= budget - budget / 4)) {
            break; /* A quarter is left for output. */
        }
        mux->rx_waits = must_wait(mux);
        if (mux->rx_waits || !dev->ops->try_get(dev->state, &byte)) {
            break;
        }
        taken++;
        mux->rx_taken = true;
        if (paced) {
            pace_take(mux);
            cost++;
        }
        take_byte(mux, byte, result);
    }
    return budget - cost;
}

void vconsole_mux_set_rx_irq(struct vconsole_mux *mux)
{
    const struct console_dev *dev = &mux->config.dev;
    bool paced = port_is_paced(mux, mux->focus) && mux->now < mux->pace_next;
    bool on = !paced && !mux->rx_waits;
    if (!mux->polled && mux->focus < mux->port_count && on != mux->rx_irq) {
        mux->rx_irq = on;
        (void)dev->ops->set_rx_irq(dev->state, on);
    }
}

uint64_t vconsole_mux_input_deadline(const struct vconsole_mux *mux)
{
    uint64_t end = UINT64_MAX;
    if (port_is_paced(mux, mux->focus) && mux->now < mux->pace_next) {
        end = mux->pace_next;
    } else if (mux->rx_waits) {
        end = mux->rx_full_since + mux->config.input_timeout;
    } else if (mux->polled && mux->rx_taken) {
        end = mux->now + mux->config.period; /* More may follow. */
    }
    bool counts = mux->rx_lost != 0 && !mux->whole;
    return counts && mux->rx_lost_next < end ? mux->rx_lost_next : end;
}
