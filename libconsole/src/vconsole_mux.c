/* SPDX-License-Identifier: Apache-2.0 */
/* The multiplexer's step: bytes from rings to the device, and what the hart waits for. */
#include "vconsole_mux_priv.h"

/* ---- From a ring to the stage ---------------------------------------------------------------- */

enum fill {
    FILL_NONE,  /* There is nothing to show now. */
    FILL_LATER, /* There is, but paced ports have had their bytes for this period. */
    FILL_SOME,  /* A byte was taken, or something staged. */
};

/* A paced port pays with its share of the budget for what takes this hart longer than a letter. */
#define COST_LINE 4u
#define COST_CHARACTER 2u

static void charge(struct vconsole_mux *mux, uint32_t cost)
{
    mux->budget -= mux->stage_paced ? (cost < mux->budget ? cost : mux->budget) : 0;
}

/* Drops further carriage returns, which show nothing. */
static void skip_returns(struct vconsole_mux *mux, struct vconsole *vc)
{
    mux->budget -= byte_ring_get_run(&vc->tx, NULL, mux->budget, '\r', '\r');
}

/* Takes letters of the open line, many at once. False: the next byte is not a letter. */
static bool take_letters(struct vconsole_mux *mux, struct vconsole *vc)
{
    if (mux->owner == PORT_NONE || vc->pending_cr || vc->text.need != 0) {
        return false;
    }
    uint32_t max = mux->budget < sizeof(mux->stage) ? mux->budget : sizeof(mux->stage);
    mux->stage_count = (uint8_t)byte_ring_get_run(&vc->tx, mux->stage, max, ' ', '~');
    vconsole_mux_keep(mux, mux->stage, mux->stage_count);
    return mux->stage_count != 0;
}

/* Takes one byte of any kind. */
static void take_one(struct vconsole_mux *mux, struct vconsole *vc)
{
    uint8_t byte;
    if (!byte_ring_get(&vc->tx, &byte)) {
        return;
    }
    charge(mux, COST_CHARACTER);
    if (byte == '\n') {
        vc->lines_taken++;
    }
    if (mux->owner == PORT_NONE && byte != '\r') { /* At the start of a line CR does nothing. */
        charge(mux, COST_LINE);
        vconsole_mux_open_line(mux, vc->port);
    }
    if (mux->owner != PORT_NONE) {
        vconsole_mux_stage_byte(mux, byte);
    }
    if (mux->stage_count == 0) { /* The byte shows nothing by itself, but counts. */
        mux->budget -= mux->budget != 0 ? 1 : 0;
    }
    if (byte == '\r') {
        skip_returns(mux, vc);
    }
}

/* Counts bytes that show nothing, too: carriage returns. */
static void account(struct vconsole_mux *mux, struct vconsole *vc, uint32_t taken)
{
    uint32_t cost = taken > mux->stage_count ? taken : mux->stage_count;
    vc->served += cost;
    mux->wait_bytes += cost;
    if ((mux->active & ~BIT(vc->port)) == 0 && vc->served > mux->served_min) {
        mux->served_min = vc->served; /* No other port had bytes: none gets credit for this time. */
    }
    if (mux->owner == PORT_NONE && mux->now >= mux->block_allowed) {
        mux->block_allowed = mux->now + mux->config.line_timeout; /* Complete lines go first now. */
    }
}

/* Begins a piece of work for bytes that are paced or not. False: not in this period. */
static bool pace(struct vconsole_mux *mux, bool paced)
{
    mux->stage_paced = paced;
    if (paced && !pace_is_open(mux)) {
        return false;
    }
    if (paced) {
        pace_take(mux);
    }
    return true;
}

/* Shows more of the focus' line again, which is this hart's own work. */
static enum fill fill_redraw(struct vconsole_mux *mux)
{
    if (!pace(mux, own_is_paced(mux))) {
        return FILL_LATER;
    }
    mux->last_byte = mux->now;
    if (!mux->redrawing) {
        vconsole_mux_redraw_begin(mux);
    } else {
        account(mux, mux->port[mux->owner], vconsole_mux_redraw_some(mux));
    }
    return FILL_SOME;
}

static enum fill fill_from(struct vconsole_mux *mux, unsigned port)
{
    struct vconsole *vc = mux->port[port];
    mux->redrawing &= !vconsole_mux_redraw_is_done(mux);
    if (mux->redrawing) {
        return fill_redraw(mux);
    }
    if (byte_ring_used(&vc->tx) == 0) {
        /* The bell announces bytes that come after this look. */
        mux->active &= ~BIT(port);
        return FILL_NONE;
    }
    if (mux->owner == PORT_NONE && port == mux->focus && vconsole_mux_redraw_is_due(mux)) {
        return fill_redraw(mux);
    }
    if (!pace(mux, port_is_paced(mux, port))) {
        return FILL_LATER;
    }
    mux->drained |= BIT(port);
    mux->last_byte = mux->now;
    uint32_t tail = vc->tx.tail;
    if (mux->whole) {
        vconsole_mux_take_raw(mux, vc);
    } else if (!take_letters(mux, vc)) {
        take_one(mux, vc);
    }
    account(mux, vc, vc->tx.tail - tail);
    return FILL_SOME;
}

/* Stages a line of the mux's own, the end of a line, or bytes of one ring. */
static enum fill stage_fill(struct vconsole_mux *mux)
{
    mux->stage_first = 0;
    if (vconsole_mux_stage_own(mux)) {
        mux->stage_paced = own_is_paced(mux);
        return FILL_SOME;
    }
    if (mux->whole) {
        enum fill filled = fill_from(mux, mux->owner);
        return filled == FILL_NONE && mux->active != 0 ? FILL_LATER : filled;
    }
    if (mux->owner != PORT_NONE && !vconsole_mux_line_is_over(mux)) {
        return fill_from(mux, mux->owner);
    }
    if (mux->owner != PORT_NONE) {
        mux->stage_paced = port_is_paced(mux, mux->owner);
        vconsole_mux_close_line(mux);
        return FILL_SOME;
    }
    unsigned port = vconsole_mux_next_port(mux);
    if (port != PORT_NONE) {
        return fill_from(mux, port);
    }
    if (mux->active != 0) {
        return FILL_LATER;
    }
    return vconsole_mux_redraw_is_due(mux) ? fill_redraw(mux) : FILL_NONE;
}

/* ---- From the stage to the device ------------------------------------------------------------ */

enum output {
    OUTPUT_DONE,   /* Nothing is left to show now. */
    OUTPUT_ROOM,   /* The device took or refused bytes: it interrupts when it has room. */
    OUTPUT_SILENT, /* The budget went to bytes that show nothing: the device is as it was. */
    OUTPUT_LATER,  /* The next byte is of a paced port, and is not shown in this period. */
};

/* After the budget is used up: true if the next byte is of a paced port. */
static bool next_is_paced(const struct vconsole_mux *mux)
{
    if (mux->stage_count != 0) {
        return mux->stage_paced;
    }
    if (vconsole_mux_own_is_due(mux) || mux->redrawing) {
        return own_is_paced(mux);
    }
    if (mux->owner != PORT_NONE) {
        return port_is_paced(mux, mux->owner);
    }
    return mux->paced != 0 && (mux->active & ~mux->paced) == 0;
}

/* Returns how many of the staged bytes the device has taken. */
static uint32_t put_staged(struct vconsole_mux *mux)
{
    const struct console_dev *dev = &mux->config.dev;
    const uint8_t *bytes = &mux->stage[mux->stage_first];
    uint32_t count = mux->stage_count < mux->budget ? mux->stage_count : mux->budget;
    uint32_t done = 0;
    if (dev->ops->try_write != NULL) {
        done = (uint32_t)dev->ops->try_write(dev->state, (const char *)bytes, count);
    }
    while (done < count && dev->ops->try_put(dev->state, bytes[done])) {
        done++;
    }
    mux->stage_first += (uint8_t)done;
    mux->stage_count -= (uint8_t)done;
    mux->budget -= done;
    return done;
}

static enum output write_output(struct vconsole_mux *mux)
{
    enum output output = OUTPUT_SILENT;
    while (mux->budget != 0) {
        if (mux->stage_count == 0) {
            enum fill filled = stage_fill(mux);
            if (filled != FILL_SOME) {
                return filled == FILL_NONE ? OUTPUT_DONE : OUTPUT_LATER;
            }
            if (mux->stage_count == 0) {
                continue;
            }
        }
        if (mux->stage_paced) {
            if (!pace_is_open(mux)) {
                return OUTPUT_LATER;
            }
            pace_take(mux);
        }
        output = OUTPUT_ROOM;
        if (put_staged(mux) == 0) {
            break;
        }
    }
    return next_is_paced(mux) ? OUTPUT_LATER : output;
}

/* ---- A step ---------------------------------------------------------------------------------- */

/* Returns the drained ports whose VM waits for room and has it now. */
static uint64_t take_waiting(struct vconsole_mux *mux)
{
    uint64_t wake = 0;
    for (; mux->drained != 0; mux->drained &= mux->drained - 1) {
        unsigned port = bits_first(mux->drained);
        if (vconsole_tx_take_waiting(mux->port[port])) {
            wake |= BIT(port);
        }
    }
    return wake;
}

/* The next step is due at the next period, or before it when the open line must end. */
static void set_deadline(struct vconsole_mux *mux, struct vconsole_mux_result *result)
{
    uint64_t next = mux->pace_next > mux->now ? mux->pace_next : mux->now + mux->config.period;
    uint64_t end = mux->waiting ? vconsole_mux_line_end(mux) : UINT64_MAX;
    result->state = VCONSOLE_MUX_UNTIL;
    result->deadline = end > mux->now && end < next ? end : next;
}

/* A step is due for input, too: also where room interrupts. */
static void add_input_deadline(const struct vconsole_mux *mux, struct vconsole_mux_result *result)
{
    uint64_t end = vconsole_mux_input_deadline(mux);
    bool later = result->state == VCONSOLE_MUX_UNTIL && result->deadline <= end;
    if (result->state != VCONSOLE_MUX_AGAIN && end > mux->now && end != UINT64_MAX && !later) {
        result->state = VCONSOLE_MUX_UNTIL;
        result->deadline = end;
    }
}

struct vconsole_mux_result vconsole_mux_step(struct vconsole_mux *mux, uint64_t now,
                                             uint32_t budget)
{
    struct vconsole_mux_result result = {.polled = mux->polled};
    const struct console_dev *dev = &mux->config.dev;

    mux->now = now;
    mux->paced_step = false;
    uint32_t left = vconsole_mux_take_input(mux, budget, &result);
    vconsole_mux_take_pending(mux);
    mux->budget = left;
    if (mux->whole) {
        vconsole_mux_hold_others(mux);
    } else if (mux->owner != PORT_NONE) {
        vconsole_mux_look_for_waiting(mux);
    }
    enum output output = write_output(mux);
    result.wake |= take_waiting(mux);
    vconsole_mux_set_rx_irq(mux);

    bool paced_later = now < mux->pace_next || (mux->active & mux->paced) != 0;
    bool wants_room = output == OUTPUT_ROOM;
    if (dev->ops->set_tx_irq(dev->state, wants_room) && wants_room) {
        result.state = VCONSOLE_MUX_TX_WAIT;
    } else if (output == OUTPUT_LATER || (output == OUTPUT_DONE && paced_later)) {
        set_deadline(mux, &result); /* Awake: no port sends an IPI. */
    } else if (output != OUTPUT_DONE || !bell_sleep(&mux->bell)) {
        result.state = VCONSOLE_MUX_AGAIN;
    } else if (mux->waiting) {
        result.state = VCONSOLE_MUX_UNTIL;
        result.deadline = vconsole_mux_line_end(mux);
    }
    add_input_deadline(mux, &result);
    return result;
}

enum hyp_status vconsole_mux_init(struct vconsole_mux *mux,
                                  const struct vconsole_mux_config *config)
{
    if (config->dev.ops == NULL) {
        return HYP_E_PARAM;
    }
    *mux = (struct vconsole_mux){.config = *config, .owner = PORT_NONE};
    return HYP_OK;
}

enum hyp_status vconsole_mux_add(struct vconsole_mux *mux, struct vconsole *vc)
{
    if (vc->bell != NULL) {
        return HYP_E_EXIST;
    }
    if (mux->port_count == VCONSOLE_MUX_PORT_MAX) {
        return HYP_E_NOMEM;
    }
    bool focused = mux->focus < mux->port_count;
    unsigned port = mux->port_count++;
    mux->port[port] = vc;
    vc->port = (uint8_t)port;
    vc->bell = &mux->bell;
    mux->active |= BIT(port);
    if (!focused && vc->has_rx) {
        mux->focus = (uint8_t)port;
        mux->rx_irq = mux->config.dev.ops->set_rx_irq(mux->config.dev.state, true);
        mux->polled = !mux->rx_irq;
    } else if (!focused) {
        mux->focus = mux->port_count;
    }
    return HYP_OK;
}

void vconsole_mux_set_paced(struct vconsole_mux *mux, uint64_t ports)
{
    mux->paced = ports;
}

bool vconsole_mux_wakeup_pending(const struct vconsole_mux *mux)
{
    return bell_wakeup_pending(&mux->bell);
}

bool vconsole_mux_is_valid(const struct vconsole_mux *mux)
{
    return mux->port_count <= VCONSOLE_MUX_PORT_MAX && mux->focus <= mux->port_count &&
           (mux->focus == mux->port_count || mux->port[mux->focus]->has_rx) &&
           (mux->owner == PORT_NONE || mux->owner < mux->port_count) &&
           (mux->active >> mux->port_count) == 0 && mux->drained == 0 &&
           mux->stage_first + mux->stage_count <= (unsigned)sizeof(mux->stage) &&
           !((mux->waiting || mux->blocking || mux->line_has_esc) && mux->owner == PORT_NONE) &&
           !(mux->blocking && !mux->waiting) &&
           !((mux->whole || mux->redrawing) && mux->owner != mux->focus && !mux->focus_moved) &&
           !(mux->whole && mux->waiting) && mux->kept.at <= mux->kept.end &&
           mux->kept.end <= VCONSOLE_MUX_KEPT &&
           mux->kept.sequence_count <= sizeof(mux->kept.sequence_byte);
}
