/* SPDX-License-Identifier: Apache-2.0 */
/* The multiplexer's input: the keys, the focus, and bytes for the VM that has it. */
#include "vconsole_mux_priv.h"

static void focus_next(struct vconsole_mux *mux)
{
    for (unsigned i = 1; i <= mux->port_count; i++) {
        unsigned port = (mux->focus + i) % mux->port_count;
        if (mux->port[port]->has_rx) {
            mux->focus = (uint8_t)port;
            mux->focus_changed = true;
            answer_cut(&mux->answer);
            return;
        }
    }
}

/* True if the byte is of an answer to a VM that had the focus. */
static bool is_late_answer(struct vconsole_mux *mux, uint8_t byte)
{
    if (mux->now - mux->last_input >= ANSWER_TIMEOUTS * mux->config.line_timeout) {
        mux->answer = (struct answer){0};
    }
    mux->last_input = mux->now;
    return answer_drops(&mux->answer, byte, mux->focus_changed || mux->now < mux->answers_end);
}

static void take_byte(struct vconsole_mux *mux, uint8_t byte, struct vconsole_mux_result *result)
{
    if (byte == mux->config.switch_key) {
        focus_next(mux);
    } else if (byte == mux->config.log_key) {
        result->log_key_pressed = true;
    } else if (!is_late_answer(mux, byte)) {
        struct vconsole *vc = mux->port[mux->focus];
        if (byte_ring_put(&vc->rx, &byte, 1)) {
            result->wake |= BIT(mux->focus);
        } else {
            vc->rx_dropped++;
        }
    }
}

uint32_t vconsole_mux_take_input(struct vconsole_mux *mux, uint32_t budget,
                                 struct vconsole_mux_result *result)
{
    const struct console_dev *dev = &mux->config.dev;
    uint8_t byte;
    bool paced = port_is_paced(mux, mux->focus);
    if (mux->focus == mux->port_count || (paced && !pace_is_open(mux))) {
        return budget; /* No port reads: the bytes may be for another owner of the device. */
    }
    uint32_t taken = 0;
    for (; taken < budget && dev->ops->try_get(dev->state, &byte); taken++) {
        if (paced) {
            pace_take(mux);
        }
        take_byte(mux, byte, result);
    }
    return paced ? budget - taken : budget;
}

void vconsole_mux_set_rx_irq(struct vconsole_mux *mux)
{
    const struct console_dev *dev = &mux->config.dev;
    bool on = !port_is_paced(mux, mux->focus) || mux->now >= mux->pace_next;
    if (!mux->polled && mux->focus < mux->port_count && on != mux->rx_irq) {
        mux->rx_irq = on;
        (void)dev->ops->set_rx_irq(dev->state, on);
    }
}
