/* SPDX-License-Identifier: Apache-2.0 */
/* All VMs' consoles on one UART. */
#include <hyp/console/vconsole_mux.h>

#include <hyp/base/bits.h>

#define OWNER_NONE VCONSOLE_MUX_SOURCE_MAX
#define HOLD_PATIENCES 8u /* The longest that others wait for an open line. */

_Static_assert(sizeof(((struct vconsole_mux *)0)->stage) >=
                   sizeof("\r\nhyp: console=\r\n") + VCONSOLE_NAME_MAX,
               "the longest text that is staged at once");

static void stage_put(struct vconsole_mux *mux, uint8_t byte)
{
    mux->stage[mux->stage_first + mux->stage_count] = byte;
    mux->stage_count++;
}

static void stage_text(struct vconsole_mux *mux, const char *text, unsigned max)
{
    for (unsigned i = 0; i < max && text[i] != '\0'; i++) {
        stage_put(mux, (uint8_t)text[i]);
    }
}

static void stage_line_end(struct vconsole_mux *mux)
{
    stage_text(mux, "\r\n", 2);
}

static void stage_tag(struct vconsole_mux *mux, const struct vconsole *vc)
{
    if (vc->name != NULL) {
        stage_put(mux, '[');
        stage_text(mux, vc->name, VCONSOLE_NAME_MAX);
        stage_text(mux, "] ", 2);
    }
}

static void line_close(struct vconsole_mux *mux)
{
    mux->source[mux->owner]->held_cr = false;
    mux->last = mux->owner;
    mux->owner = OWNER_NONE;
    mux->waiting = false;
    stage_line_end(mux);
}

static void stage_focus(struct vconsole_mux *mux)
{
    mux->announce = false;
    if (mux->owner != OWNER_NONE) {
        line_close(mux);
    }
    const char *name = mux->source[mux->focus]->name;
    stage_text(mux, "hyp: console=", 13);
    stage_text(mux, name != NULL ? name : "-", VCONSOLE_NAME_MAX);
    stage_line_end(mux);
}

/* One byte of the owner's open line. */
static void stage_byte(struct vconsole_mux *mux, uint8_t byte, uint64_t now)
{
    struct vconsole *vc = mux->source[mux->owner];
    mux->last_byte = now;
    mux->wait_bytes++;
    if (byte == '\n') {
        line_close(mux);
        return;
    }
    if (byte == '\r') {
        vc->held_cr = true; /* Half of a line end, or a line drawn anew: the next byte tells. */
        return;
    }
    if (vc->held_cr) {
        vc->held_cr = false;
        stage_put(mux, '\r');
        stage_tag(mux, vc);
    }
    stage_put(mux, byte);
}

static bool source_get(struct vconsole_mux *mux, unsigned source, uint8_t *byte)
{
    if (byte_ring_get(&mux->source[source]->tx, byte)) {
        mux->touched |= BIT(source);
        return true;
    }
    /* What comes after this look is announced by the bell. */
    mux->active &= ~BIT(source);
    return false;
}

/* The next source with bytes after the one that had the last line, or OWNER_NONE. */
static unsigned next_source(struct vconsole_mux *mux)
{
    while (mux->active != 0) {
        /* Not 2 << last: last may be the highest bit. */
        uint64_t after = mux->active & ~((BIT(mux->last) << 1) - 1);
        unsigned source = bits_first(after != 0 ? after : mux->active);
        if (byte_ring_used(&mux->source[source]->tx) != 0) {
            return source;
        }
        mux->active &= ~BIT(source);
    }
    return OWNER_NONE;
}

static bool others_wait(struct vconsole_mux *mux)
{
    for (uint64_t left = mux->active & ~BIT(mux->owner); left != 0; left &= left - 1) {
        unsigned source = bits_first(left);
        if (byte_ring_used(&mux->source[source]->tx) != 0) {
            return true;
        }
        mux->active &= ~BIT(source);
    }
    return false;
}

/* Must the open line give way to others? */
static bool line_is_over(struct vconsole_mux *mux, uint64_t now)
{
    if (!mux->waiting) {
        if (!others_wait(mux)) {
            return false;
        }
        mux->waiting = true;
        mux->wait_start = now;
        mux->wait_bytes = 0;
    }
    bool silent = byte_ring_used(&mux->source[mux->owner]->tx) == 0 &&
                  now - mux->last_byte >= mux->config.patience;
    return silent || now - mux->wait_start >= HOLD_PATIENCES * mux->config.patience ||
           mux->wait_bytes >= VCONSOLE_MUX_LINE_MAX;
}

/* Takes at most one byte from the rings. False: there is nothing to show now. */
static bool stage_fill(struct vconsole_mux *mux, uint64_t now)
{
    uint8_t byte;
    mux->stage_first = 0;
    if (mux->announce) {
        stage_focus(mux);
        return true;
    }
    if (mux->owner != OWNER_NONE) {
        if (line_is_over(mux, now)) {
            line_close(mux);
            return true;
        }
        if (!source_get(mux, mux->owner, &byte)) {
            return false;
        }
        stage_byte(mux, byte, now);
        return true;
    }
    unsigned source = next_source(mux);
    if (source == OWNER_NONE || !source_get(mux, source, &byte)) {
        return false;
    }
    if (byte != '\r') { /* At the start of a line, nothing to return from. */
        mux->owner = (uint8_t)source;
        stage_tag(mux, mux->source[source]);
        stage_byte(mux, byte, now);
    }
    return true;
}

static void focus_next(struct vconsole_mux *mux)
{
    for (unsigned i = 1; i <= mux->source_count; i++) {
        unsigned source = (mux->focus + i) % mux->source_count;
        if (mux->source[source]->has_rx) {
            mux->focus = (uint8_t)source;
            mux->announce = true;
            return;
        }
    }
}

static void take_input(struct vconsole_mux *mux, uint32_t budget,
                       struct vconsole_mux_result *result)
{
    uint8_t byte;
    if (mux->focus == mux->source_count) {
        return; /* Nobody here reads: the bytes may be for another owner of the device. */
    }
    for (uint32_t i = 0; i < budget && mux->config.dev.ops->try_get(mux->config.dev.state, &byte);
         i++) {
        if (byte == mux->config.switch_key) {
            focus_next(mux);
        } else if (byte == mux->config.log_key) {
            result->log_asked = true;
        } else {
            struct vconsole *vc = mux->source[mux->focus];
            if (byte_ring_put(&vc->rx, &byte, 1)) {
                result->wake |= BIT(mux->focus);
            } else {
                vc->rx_dropped++;
            }
        }
    }
}

enum give {
    GIVE_DONE,   /* Nothing is left to show now. */
    GIVE_ROOM,   /* The device took or refused bytes: its interrupt tells when it has room. */
    GIVE_SILENT, /* The budget went to bytes that show nothing: the device is as it was. */
};

static enum give give_output(struct vconsole_mux *mux, uint64_t now, uint32_t budget)
{
    enum give given = GIVE_SILENT;
    for (uint32_t i = 0; i < budget; i++) {
        if (mux->stage_count == 0 && !stage_fill(mux, now)) {
            return GIVE_DONE;
        }
        if (mux->stage_count == 0) {
            continue; /* A byte was taken that shows nothing by itself. */
        }
        given = GIVE_ROOM;
        if (!mux->config.dev.ops->try_put(mux->config.dev.state, mux->stage[mux->stage_first])) {
            break;
        }
        mux->stage_first++;
        mux->stage_count--;
    }
    return given;
}

static uint64_t feed(struct vconsole_mux *mux)
{
    uint64_t wake = 0;
    for (; mux->touched != 0; mux->touched &= mux->touched - 1) {
        unsigned source = bits_first(mux->touched);
        if (vconsole_tx_feed(mux->source[source])) {
            wake |= BIT(source);
        }
    }
    return wake;
}

struct vconsole_mux_result vconsole_mux_step(struct vconsole_mux *mux, uint64_t now,
                                             uint32_t budget)
{
    struct vconsole_mux_result result = {.polled = mux->polled};
    const struct console_dev *dev = &mux->config.dev;

    take_input(mux, budget, &result);
    mux->active |= bell_take(&mux->bell);
    enum give given = give_output(mux, now, budget);
    result.wake |= feed(mux);

    if (dev->ops->set_tx_irq(dev->state, given == GIVE_ROOM) && given == GIVE_ROOM) {
        result.state = VCONSOLE_MUX_TX_WAIT;
    } else if (given != GIVE_DONE || !bell_sleep(&mux->bell)) {
        result.state = VCONSOLE_MUX_AGAIN;
    } else if (mux->waiting) {
        uint64_t silent = mux->last_byte + mux->config.patience;
        uint64_t held = mux->wait_start + HOLD_PATIENCES * mux->config.patience;
        result.state = VCONSOLE_MUX_UNTIL;
        result.deadline = silent < held ? silent : held;
    }
    return result;
}

enum hyp_status vconsole_mux_init(struct vconsole_mux *mux,
                                  const struct vconsole_mux_config *config)
{
    if (config->dev.ops == NULL) {
        return HYP_E_PARAM;
    }
    *mux = (struct vconsole_mux){
        .config = *config, .owner = OWNER_NONE, .last = VCONSOLE_MUX_SOURCE_MAX - 1};
    return HYP_OK;
}

enum hyp_status vconsole_mux_add(struct vconsole_mux *mux, struct vconsole *vc)
{
    if (vc->bell != NULL) {
        return HYP_E_EXIST;
    }
    if (mux->source_count == VCONSOLE_MUX_SOURCE_MAX) {
        return HYP_E_NOMEM;
    }
    bool focused = mux->focus < mux->source_count;
    unsigned source = mux->source_count++;
    mux->source[source] = vc;
    vc->source = (uint8_t)source;
    vc->bell = &mux->bell;
    mux->active |= BIT(source);
    if (!focused && vc->has_rx) {
        mux->focus = (uint8_t)source;
        mux->polled = !mux->config.dev.ops->set_rx_irq(mux->config.dev.state, true);
    } else if (!focused) {
        mux->focus = mux->source_count;
    }
    return HYP_OK;
}

bool vconsole_mux_is_called(const struct vconsole_mux *mux)
{
    return bell_has_news(&mux->bell);
}

bool vconsole_mux_is_valid(const struct vconsole_mux *mux)
{
    return mux->source_count <= VCONSOLE_MUX_SOURCE_MAX && mux->focus <= mux->source_count &&
           (mux->focus == mux->source_count || mux->source[mux->focus]->has_rx) &&
           (mux->owner == OWNER_NONE || mux->owner < mux->source_count) &&
           (mux->active >> mux->source_count) == 0 && mux->touched == 0 &&
           mux->stage_first + mux->stage_count <= (unsigned)sizeof(mux->stage) &&
           !(mux->waiting && mux->owner == OWNER_NONE);
}
