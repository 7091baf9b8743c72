/* SPDX-License-Identifier: Apache-2.0 */
/* All VMs' consoles on one UART. */
#include <hyp/console/vconsole_mux.h>

#include <hyp/base/bits.h>

#define OWNER_NONE VCONSOLE_MUX_SOURCE_MAX
#define HOLD_PATIENCES 8u    /* The longest that others wait for an open line. */
#define HOLD_REST 4u         /* So many times as long as it was held, no line is held again. */
#define ANSWER_PATIENCES 10u /* So long answers for the VM that had the focus may come. */

#define BEL 0x07
#define BS 0x08
#define ESC 0x1b

/*
 * CAN ends an open sequence. Then UTF-8, G0 as the character set in use, ASCII in it, no
 * attributes: outside UTF-8, well-formed text of another VM would have C1 controls in it.
 */
#define RESET_LINE "\030\033%G\017\033(B\033[0m"
/*
 * No VT52, no printer, no scroll region, keypad and cursor keys as usual, main screen, no frozen
 * screen, nothing that types by itself (mouse, focus, size, colours, marks around what is pasted);
 * a cursor, which wraps; no insertion, no locked keyboard, the usual codes of keys. The cursor
 * stays where it is: a terminal moves it with the region, hence ESC 7 and 8, and would with origin
 * mode, which is left alone, as it means nothing without a region.
 */
#define RESET_MODES                                                               \
    "\033<\033[4i\0337\033[r\0338\033>"                                           \
    "\033[?1;5;9;47;1000;1001;1002;1003;1004;1005;1006;1015;2004;2026;2031;2048l" \
    "\033[?7;25h\033[2;4;20l\033[0'z\033[=0u"

_Static_assert(sizeof(((struct vconsole_mux *)0)->stage) >=
                   sizeof("hyp: terminal=reset" RESET_MODES "\r\nhyp: console=\r\n") +
                       VCONSOLE_NAME_MAX,
               "the longest text that is staged at once");

static bool is_paced(const struct vconsole_mux *mux, unsigned source)
{
    return (mux->paced >> source & 1) != 0;
}

/* May this step show what others pay for? */
static bool pace_is_open(const struct vconsole_mux *mux)
{
    return mux->paced_step || mux->now >= mux->pace_next;
}

static void pace_take(struct vconsole_mux *mux)
{
    if (!mux->paced_step) {
        mux->paced_step = true;
        mux->pace_next = mux->now + mux->config.period;
    }
}

/* ---- What is staged for the device ----------------------------------------------------------- */

static void stage_put(struct vconsole_mux *mux, uint8_t byte)
{
    mux->stage[mux->stage_count] = byte;
    mux->stage_count++;
}

static void stage_text(struct vconsole_mux *mux, const char *text, unsigned max)
{
    for (unsigned i = 0; i < max && text[i] != '\0'; i++) {
        stage_put(mux, (uint8_t)text[i]);
    }
}

static void stage_string(struct vconsole_mux *mux, const char *text)
{
    stage_text(mux, text, sizeof(mux->stage));
}

static void stage_tag(struct vconsole_mux *mux, const struct vconsole *vc)
{
    if (vc->name != NULL) {
        stage_put(mux, '[');
        stage_text(mux, vc->name, VCONSOLE_NAME_MAX);
        stage_string(mux, "] ");
    }
}

static void stage_reset(struct vconsole_mux *mux)
{
    if (mux->escaped) {
        mux->escaped = false;
        stage_string(mux, RESET_LINE);
    }
}

static void line_close(struct vconsole_mux *mux)
{
    mux->source[mux->owner]->held_cr = false;
    mux->owner = OWNER_NONE;
    mux->waiting = false;
    if (mux->held) {
        uint64_t time = mux->now - mux->hold_start;
        time = time < mux->config.patience ? time : mux->config.patience;
        uint64_t next = mux->now + HOLD_REST * time + 1; /* A complete line is next in any case. */
        mux->hold_next = next > mux->hold_next ? next : mux->hold_next;
        mux->held = false;
    }
    stage_reset(mux);
    stage_string(mux, "\r\n");
}

/*
 * The modes are reset at the end of a line, so that each line begins with its tag; where no line is
 * open, at the end of one for that, so that tools can read the next one.
 */
static void stage_focus(struct vconsole_mux *mux)
{
    const char *name = mux->source[mux->focus]->name;
    const char *reset = mux->altered ? RESET_MODES : "";
    mux->announce = false;
    mux->answers_end = mux->now + ANSWER_PATIENCES * mux->config.patience;
    if (mux->owner != OWNER_NONE) {
        stage_reset(mux);
        stage_string(mux, reset);
        line_close(mux);
    } else if (mux->altered) {
        stage_string(mux, "hyp: terminal=reset" RESET_MODES "\r\n");
    }
    mux->altered = false;
    stage_string(mux, "hyp: console=");
    stage_text(mux, name != NULL ? name : "-", VCONSOLE_NAME_MAX);
    stage_string(mux, "\r\n");
}

/* Only the VM with the focus moves the cursor, rings or sends sequences. */
static bool is_shown_as_it_is(struct vconsole_mux *mux, const struct utf8 *text)
{
    uint8_t byte = text->byte[0];
    if (!utf8_is_control(text) || byte == '\t') {
        return true;
    }
    if (mux->owner != mux->focus || (byte != ESC && byte != BS && byte != BEL)) {
        return false;
    }
    if (byte == ESC) {
        mux->escaped = true;
        mux->altered = true;
    }
    return true;
}

/* A character, or bytes that are none, of the owner's open line. */
static void stage_character(struct vconsole_mux *mux, const struct utf8 *text, bool good)
{
    struct vconsole *vc = mux->source[mux->owner];
    if (text->byte[0] == '\n') {
        line_close(mux);
        return;
    }
    if (text->byte[0] == '\r') {
        vc->held_cr = true; /* Half of a line end, or a line drawn anew: the next byte tells. */
        return;
    }
    if (vc->held_cr) {
        vc->held_cr = false;
        stage_put(mux, '\r');
        stage_tag(mux, vc);
    }
    good = good && is_shown_as_it_is(mux, text);
    for (unsigned i = 0; i < text->count; i++) {
        uint8_t byte = text->byte[i];
        if (good) {
            stage_put(mux, byte);
        } else {
            stage_string(mux, "\\x");
            stage_put(mux, (uint8_t) "0123456789abcdef"[byte >> 4]);
            stage_put(mux, (uint8_t) "0123456789abcdef"[byte & 15]);
        }
    }
}

/* One byte of the owner's open line. */
static void stage_byte(struct vconsole_mux *mux, uint8_t byte)
{
    struct vconsole *vc = mux->source[mux->owner];
    enum utf8_result result;
    do {
        result = utf8_feed(&vc->text, byte);
        if (result != UTF8_MORE) {
            stage_character(mux, &vc->text, result == UTF8_CHARACTER);
        }
    } while (result == UTF8_BAD_AGAIN);
}

/* ---- Turns ----------------------------------------------------------------------------------- */

/* A source that had nothing has no claim on the time when others showed their lines. */
static void take_news(struct vconsole_mux *mux)
{
    uint64_t news = bell_take(&mux->bell) & ~mux->active;
    mux->active |= news;
    for (; news != 0; news &= news - 1) {
        struct vconsole *vc = mux->source[bits_first(news)];
        vc->turn = vc->turn > mux->turn ? vc->turn : mux->turn;
    }
}

/* The one of two that has shown less. */
static void prefer(const struct vconsole_mux *mux, unsigned *best, unsigned source)
{
    if (*best == OWNER_NONE || mux->source[source]->turn < mux->source[*best]->turn) {
        *best = source;
    }
}

/*
 * Whose line is begun, or OWNER_NONE: that of a source with a complete line which has shown least.
 * A line that is not complete is begun where no complete one waits, or once in a while.
 */
static unsigned next_source(struct vconsole_mux *mux)
{
    unsigned least = OWNER_NONE;
    unsigned complete = OWNER_NONE;
    unsigned partial = OWNER_NONE;
    for (uint64_t left = mux->active; left != 0; left &= left - 1) {
        unsigned source = bits_first(left);
        if (byte_ring_used(&mux->source[source]->tx) == 0) {
            mux->active &= ~BIT(source);
            continue;
        }
        prefer(mux, &least, source);
        if (!is_paced(mux, source) || pace_is_open(mux)) {
            prefer(mux, vconsole_has_line(mux->source[source]) ? &complete : &partial, source);
        }
    }
    if (least != OWNER_NONE && mux->source[least]->turn > mux->turn) {
        mux->turn = mux->source[least]->turn;
    }
    bool partial_may = complete == OWNER_NONE || mux->now >= mux->hold_next;
    return partial != OWNER_NONE && partial_may ? partial : complete;
}

/* Looks once a step, and once a line, whether another source waits for the open line. */
static void look_around(struct vconsole_mux *mux)
{
    bool waits = false;
    bool complete = false;
    for (uint64_t left = mux->active & ~BIT(mux->owner); left != 0; left &= left - 1) {
        unsigned source = bits_first(left);
        if (byte_ring_used(&mux->source[source]->tx) == 0) {
            mux->active &= ~BIT(source);
            continue;
        }
        waits = true;
        complete = complete || vconsole_has_line(mux->source[source]);
    }
    if (waits && !mux->waiting) {
        mux->waiting = true;
        mux->wait_start = mux->now;
        mux->wait_bytes = 0;
    }
    if (complete && !mux->held && !vconsole_has_line(mux->source[mux->owner])) {
        mux->held = true;
        mux->hold_start = mux->now;
    }
}

static void line_open(struct vconsole_mux *mux, unsigned source)
{
    mux->owner = (uint8_t)source;
    stage_tag(mux, mux->source[source]);
    look_around(mux);
}

/* When an open line that is not complete gives way to those who wait. */
static uint64_t line_end(const struct vconsole_mux *mux)
{
    uint64_t patience = mux->config.patience;
    uint64_t end = mux->wait_start + HOLD_PATIENCES * patience;
    if (mux->held) {
        end = mux->now < mux->hold_next ? mux->now : mux->hold_start + patience;
    }
    uint64_t silent = mux->last_byte + patience;
    bool is_silent = byte_ring_used(&mux->source[mux->owner]->tx) == 0;
    return is_silent && silent < end ? silent : end;
}

/* Must the open line give way to others? */
static bool line_is_over(const struct vconsole_mux *mux)
{
    if (!mux->waiting) {
        return false;
    }
    return mux->wait_bytes >= VCONSOLE_MUX_LINE_MAX ||
           (!vconsole_has_line(mux->source[mux->owner]) && mux->now >= line_end(mux));
}

enum fill {
    FILL_NONE,  /* There is nothing to show now. */
    FILL_LATER, /* There is, but others have had their bytes for this period. */
    FILL_SOME,  /* A byte was taken, or something staged. */
};

/* Another VM pays with its share for what takes this hart longer than a letter. */
#define COST_LINE 4u
#define COST_CHARACTER 2u

static void charge(struct vconsole_mux *mux, uint32_t cost)
{
    mux->budget -= mux->stage_paced ? (cost < mux->budget ? cost : mux->budget) : 0;
}

/* Carriage returns that show nothing. */
static void skip_returns(struct vconsole_mux *mux, struct vconsole *vc)
{
    mux->budget -= byte_ring_get_run(&vc->tx, NULL, mux->budget, '\r', '\r');
}

/* Letters of the open line, many at once. False: the next byte is none. */
static bool take_letters(struct vconsole_mux *mux, struct vconsole *vc)
{
    if (mux->owner == OWNER_NONE || vc->held_cr || vc->text.need != 0) {
        return false;
    }
    uint32_t most = mux->budget < sizeof(mux->stage) ? mux->budget : sizeof(mux->stage);
    mux->stage_count = (uint8_t)byte_ring_get_run(&vc->tx, mux->stage, most, ' ', '~');
    return mux->stage_count != 0;
}

/* One byte of any kind. */
static void take_one(struct vconsole_mux *mux, struct vconsole *vc)
{
    uint8_t byte;
    if (!byte_ring_get(&vc->tx, &byte)) {
        return;
    }
    charge(mux, COST_CHARACTER);
    if (byte == '\n') {
        vc->feeds_taken++;
    }
    if (mux->owner == OWNER_NONE && byte != '\r') { /* Nothing to return from. */
        charge(mux, COST_LINE);
        line_open(mux, vc->source);
    }
    if (mux->owner != OWNER_NONE) {
        stage_byte(mux, byte);
    }
    if (mux->stage_count == 0) { /* It shows nothing by itself. */
        mux->budget -= mux->budget != 0 ? 1 : 0;
    }
    if (byte == '\r') {
        skip_returns(mux, vc);
    }
}

/* A source pays for bytes that show nothing, too: carriage returns. */
static void account(struct vconsole_mux *mux, struct vconsole *vc, uint32_t taken)
{
    uint32_t cost = taken > mux->stage_count ? taken : mux->stage_count;
    vc->turn += cost;
    mux->wait_bytes += cost;
    if ((mux->active & ~BIT(vc->source)) == 0 && vc->turn > mux->turn) {
        mux->turn = vc->turn; /* Nobody else had anything: that is no credit of theirs. */
    }
    if (mux->owner == OWNER_NONE && mux->now >= mux->hold_next) {
        mux->hold_next = mux->now + mux->config.patience; /* Complete lines go first now. */
    }
}

static enum fill fill_from(struct vconsole_mux *mux, unsigned source)
{
    struct vconsole *vc = mux->source[source];
    if (byte_ring_used(&vc->tx) == 0) {
        /* What comes after this look is announced by the bell. */
        mux->active &= ~BIT(source);
        return FILL_NONE;
    }
    mux->stage_paced = is_paced(mux, source);
    if (mux->stage_paced) {
        if (!pace_is_open(mux)) {
            return FILL_LATER;
        }
        pace_take(mux);
    }
    mux->touched |= BIT(source);
    mux->last_byte = mux->now;
    uint32_t tail = vc->tx.tail;
    if (!take_letters(mux, vc)) {
        take_one(mux, vc);
    }
    account(mux, vc, vc->tx.tail - tail);
    return FILL_SOME;
}

/* Takes bytes from one ring. */
static enum fill stage_fill(struct vconsole_mux *mux)
{
    mux->stage_first = 0;
    if (mux->announce) {
        mux->stage_paced = mux->paced != 0;
        stage_focus(mux);
        return FILL_SOME;
    }
    if (mux->owner != OWNER_NONE && !line_is_over(mux)) {
        return fill_from(mux, mux->owner);
    }
    if (mux->owner != OWNER_NONE) {
        mux->stage_paced = is_paced(mux, mux->owner);
        line_close(mux);
        return FILL_SOME;
    }
    unsigned source = next_source(mux);
    if (source != OWNER_NONE) {
        return fill_from(mux, source);
    }
    return mux->active != 0 ? FILL_LATER : FILL_NONE;
}

/* ---- Input ----------------------------------------------------------------------------------- */

static void focus_next(struct vconsole_mux *mux)
{
    for (unsigned i = 1; i <= mux->source_count; i++) {
        unsigned source = (mux->focus + i) % mux->source_count;
        if (mux->source[source]->has_rx) {
            mux->focus = (uint8_t)source;
            mux->announce = true;
            answer_cut(&mux->answer);
            return;
        }
    }
}

/* Is it part of an answer to a VM that had the focus? */
static bool is_late_answer(struct vconsole_mux *mux, uint8_t byte)
{
    if (mux->now - mux->last_input >= ANSWER_PATIENCES * mux->config.patience) {
        mux->answer = (struct answer){0};
    }
    mux->last_input = mux->now;
    return answer_drops(&mux->answer, byte, mux->announce || mux->now < mux->answers_end);
}

static void take_byte(struct vconsole_mux *mux, uint8_t byte, struct vconsole_mux_result *result)
{
    if (byte == mux->config.switch_key) {
        focus_next(mux);
    } else if (byte == mux->config.log_key) {
        result->log_asked = true;
    } else if (!is_late_answer(mux, byte)) {
        struct vconsole *vc = mux->source[mux->focus];
        if (byte_ring_put(&vc->rx, &byte, 1)) {
            result->wake |= BIT(mux->focus);
        } else {
            vc->rx_dropped++;
        }
    }
}

/* Returns what it leaves of the budget: others' typing is among the bytes that this hart pays for.
 */
static uint32_t take_input(struct vconsole_mux *mux, uint32_t budget,
                           struct vconsole_mux_result *result)
{
    const struct console_dev *dev = &mux->config.dev;
    uint8_t byte;
    bool paced = is_paced(mux, mux->focus);
    if (mux->focus == mux->source_count || (paced && !pace_is_open(mux))) {
        return budget; /* Nobody here reads: the bytes may be for another owner of the device. */
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

/* ---- A step ---------------------------------------------------------------------------------- */

enum give {
    GIVE_DONE,   /* Nothing is left to show now. */
    GIVE_ROOM,   /* The device took or refused bytes: its interrupt tells when it has room. */
    GIVE_SILENT, /* The budget went to bytes that show nothing: the device is as it was. */
    GIVE_LATER,  /* What comes next is others', and is not shown in this period. */
};

/* The budget is used up: whose is the next byte? */
static bool next_is_others(const struct vconsole_mux *mux)
{
    if (mux->stage_count != 0) {
        return mux->stage_paced;
    }
    if (mux->announce) {
        return mux->paced != 0;
    }
    if (mux->owner != OWNER_NONE) {
        return is_paced(mux, mux->owner);
    }
    return mux->paced != 0 && (mux->active & ~mux->paced) == 0;
}

/* How many of the staged bytes the device takes. */
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

static enum give give_output(struct vconsole_mux *mux)
{
    enum give given = GIVE_SILENT;
    while (mux->budget != 0) {
        if (mux->stage_count == 0) {
            enum fill filled = stage_fill(mux);
            if (filled != FILL_SOME) {
                return filled == FILL_NONE ? GIVE_DONE : GIVE_LATER;
            }
            if (mux->stage_count == 0) {
                continue;
            }
        }
        if (mux->stage_paced) {
            if (!pace_is_open(mux)) {
                return GIVE_LATER;
            }
            pace_take(mux);
        }
        given = GIVE_ROOM;
        if (put_staged(mux) == 0) {
            break;
        }
    }
    return next_is_others(mux) ? GIVE_LATER : given;
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

/* The other's typing interrupts once a period; everybody else's at once. */
static void set_rx_irq(struct vconsole_mux *mux)
{
    const struct console_dev *dev = &mux->config.dev;
    bool on = !is_paced(mux, mux->focus) || mux->now >= mux->pace_next;
    if (!mux->polled && mux->focus < mux->source_count && on != mux->rx_irq) {
        mux->rx_irq = on;
        (void)dev->ops->set_rx_irq(dev->state, on);
    }
}

/* Nothing will call: when is the next step due? */
static void set_deadline(struct vconsole_mux *mux, struct vconsole_mux_result *result)
{
    uint64_t next = mux->pace_next > mux->now ? mux->pace_next : mux->now + mux->config.period;
    uint64_t end = mux->waiting ? line_end(mux) : UINT64_MAX;
    result->state = VCONSOLE_MUX_UNTIL;
    result->deadline = end > mux->now && end < next ? end : next;
}

struct vconsole_mux_result vconsole_mux_step(struct vconsole_mux *mux, uint64_t now,
                                             uint32_t budget)
{
    struct vconsole_mux_result result = {.polled = mux->polled};
    const struct console_dev *dev = &mux->config.dev;

    mux->now = now;
    mux->paced_step = false;
    uint32_t left = take_input(mux, budget, &result);
    take_news(mux);
    if (mux->owner != OWNER_NONE) {
        look_around(mux);
    }
    mux->budget = left;
    enum give given = give_output(mux);
    result.wake |= feed(mux);
    set_rx_irq(mux);

    bool others = now < mux->pace_next || (mux->active & mux->paced) != 0;
    bool wants_room = given == GIVE_ROOM;
    if (dev->ops->set_tx_irq(dev->state, wants_room) && wants_room) {
        result.state = VCONSOLE_MUX_TX_WAIT;
        if (!mux->rx_irq && !mux->polled && mux->focus < mux->source_count) {
            result.state = VCONSOLE_MUX_UNTIL; /* Room interrupts, and input is looked for. */
            result.deadline = mux->pace_next;
        }
    } else if (given == GIVE_LATER || (given == GIVE_DONE && others)) {
        set_deadline(mux, &result); /* Awake: no source sends an IPI. */
    } else if (given != GIVE_DONE || !bell_sleep(&mux->bell)) {
        result.state = VCONSOLE_MUX_AGAIN;
    } else if (mux->waiting) {
        result.state = VCONSOLE_MUX_UNTIL;
        result.deadline = line_end(mux);
    }
    return result;
}

enum hyp_status vconsole_mux_init(struct vconsole_mux *mux,
                                  const struct vconsole_mux_config *config)
{
    if (config->dev.ops == NULL) {
        return HYP_E_PARAM;
    }
    *mux = (struct vconsole_mux){.config = *config, .owner = OWNER_NONE};
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
        mux->rx_irq = mux->config.dev.ops->set_rx_irq(mux->config.dev.state, true);
        mux->polled = !mux->rx_irq;
    } else if (!focused) {
        mux->focus = mux->source_count;
    }
    return HYP_OK;
}

void vconsole_mux_set_paced(struct vconsole_mux *mux, uint64_t sources)
{
    mux->paced = sources;
}

bool vconsole_mux_is_called(const struct vconsole_mux *mux)
{
    return bell_calls(&mux->bell);
}

bool vconsole_mux_is_valid(const struct vconsole_mux *mux)
{
    return mux->source_count <= VCONSOLE_MUX_SOURCE_MAX && mux->focus <= mux->source_count &&
           (mux->focus == mux->source_count || mux->source[mux->focus]->has_rx) &&
           (mux->owner == OWNER_NONE || mux->owner < mux->source_count) &&
           (mux->active >> mux->source_count) == 0 && mux->touched == 0 &&
           mux->stage_first + mux->stage_count <= (unsigned)sizeof(mux->stage) &&
           !((mux->waiting || mux->held || mux->escaped) && mux->owner == OWNER_NONE) &&
           !(mux->held && !mux->waiting);
}
