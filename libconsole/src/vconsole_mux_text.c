/* SPDX-License-Identifier: Apache-2.0 */
/* The multiplexer's text: the characters of a line, and the line that shows the focus. */
#include "vconsole_mux_priv.h"

#define BEL 0x07
#define BS 0x08
#define ESC 0x1b

/*
 * No VT52, no printer, no scroll region, keypad and cursor keys as usual, main screen, no frozen
 * screen, no reports that the terminal sends unasked (mouse, focus, size, colours, bracketed
 * paste); a cursor, which wraps; no insertion, no locked keyboard, the usual codes of keys. A
 * terminal moves the cursor when the region changes, hence ESC 7 and 8. It would with origin mode,
 * too, which is left alone: origin mode means nothing without a region.
 */
#define RESET_MODES                                                               \
    "\033<\033[4i\0337\033[r\0338\033>"                                           \
    "\033[?1;5;9;47;1000;1001;1002;1003;1004;1005;1006;1015;2004;2026;2031;2048l" \
    "\033[?7;25h\033[2;4;20l\033[0'z\033[=0u"

/* The next line does not overwrite what a VM has drawn on the whole terminal. */
#define LAST_ROW "\033[999B"

_Static_assert(sizeof(((struct vconsole_mux *)0)->stage) >=
                   VCONSOLE_MUX_RESET_LINE_SIZE + sizeof(RESET_MODES LAST_ROW) +
                       sizeof("\r\nhyp: terminal=shared\r\nhyp: terminal=\r\n") +
                       VCONSOLE_NAME_MAX + sizeof(((struct utf8 *)0)->byte),
               "the longest text that is staged at once");

static void stage_name(struct vconsole_mux *mux, const struct vconsole *vc)
{
    vconsole_mux_stage_text(mux, vc->name != NULL ? vc->name : "-", VCONSOLE_NAME_MAX);
}

static void stage_number(struct vconsole_mux *mux, uint32_t number)
{
    char text[11];
    char *digit = &text[sizeof(text) - 1];
    *digit = '\0';
    do {
        *--digit = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    vconsole_mux_stage_string(mux, digit);
}

/*
 * The modes are reset at the end of a line, so that each line begins with its tag. If no line is
 * open, a line of its own is the place, so that tools can read the next one.
 */
static void stage_reset_modes(struct vconsole_mux *mux)
{
    const char *reset = mux->modes_changed ? RESET_MODES : "";
    if (mux->owner != PORT_NONE) {
        vconsole_mux_stage_reset(mux);
        vconsole_mux_stage_string(mux, reset);
        vconsole_mux_stage_string(mux, mux->whole ? LAST_ROW : "");
        vconsole_mux_close_line(mux);
    } else if (mux->modes_changed) {
        vconsole_mux_stage_string(mux, "hyp: terminal=reset" RESET_MODES "\r\n");
    }
    mux->modes_changed = false;
}

/* Shows which VM has the focus, and whether it has the whole terminal. */
static void stage_focus(struct vconsole_mux *mux)
{
    struct vconsole *vc = mux->port[mux->focus];
    bool moved = mux->focus_moved;
    mux->focus_changed = false;
    mux->focus_moved = false;
    if (mux->whole && mux->whole_next && !moved) {
        return; /* The key was pressed twice. */
    }
    if (moved) {
        mux->answers_end = mux->now + ANSWER_TIMEOUTS * mux->config.line_timeout;
    }
    if (mux->whole) { /* Its bytes may have changed anything. */
        mux->line_has_esc = true;
        mux->modes_changed = true;
    }
    if (moved || mux->whole) {
        stage_reset_modes(mux);
    } else if (mux->owner != PORT_NONE) {
        vconsole_mux_close_line(mux);
    }
    if (mux->whole) {
        vconsole_mux_end_whole(mux);
        vconsole_mux_stage_string(mux, "hyp: terminal=shared\r\n");
    }
    vconsole_mux_stage_string(mux, mux->whole_next ? "hyp: terminal=" : "hyp: console=");
    if (vconsole_is_closed(vc)) {
        vconsole_mux_stage_string(mux, "none");
    } else {
        stage_name(mux, vc);
    }
    vconsole_mux_stage_string(mux, "\r\n");
    if (mux->whole_next) {
        mux->whole = true;
        mux->owner = mux->focus;
        for (unsigned i = 0; vc->text.need != 0 && i < vc->text.count; i++) {
            vconsole_mux_stage_put(mux, vc->text.byte[i]);
        }
        vc->text = (struct utf8){0};
    }
}

/* `hyp: vm=NAME WHAT=N`, for the first of the ports. */
static void stage_count(struct vconsole_mux *mux, uint64_t *ports, const char *what, bool input)
{
    unsigned port = bits_first(*ports);
    struct vconsole *vc = mux->port[port];
    uint32_t *count = input ? &vc->rx_lost : &vc->tx_lost;
    *ports &= *ports - 1;
    if (mux->owner != PORT_NONE) {
        vconsole_mux_close_line(mux);
    }
    vconsole_mux_stage_string(mux, "hyp: vm=");
    stage_name(mux, vc);
    vconsole_mux_stage_string(mux, what);
    stage_number(mux, *count);
    vconsole_mux_stage_string(mux, input && vconsole_is_closed(vc) ? " state=stopped\r\n" : "\r\n");
    *count = 0;
}

static bool input_line_is_due(const struct vconsole_mux *mux)
{
    return mux->rx_lost != 0 && mux->now >= mux->rx_lost_next;
}

bool vconsole_mux_own_is_due(const struct vconsole_mux *mux)
{
    return mux->focus_changed || (!mux->whole && (mux->tx_lost != 0 || input_line_is_due(mux)));
}

bool vconsole_mux_stage_own(struct vconsole_mux *mux)
{
    if (!vconsole_mux_own_is_due(mux)) {
        return false;
    }
    if (mux->focus_changed) {
        stage_focus(mux);
    } else if (mux->tx_lost != 0) {
        stage_count(mux, &mux->tx_lost, " held=", false);
    } else {
        stage_count(mux, &mux->rx_lost, " input_lost=", true);
        mux->rx_lost_next = mux->now + (mux->rx_lost == 0 ? mux->config.input_timeout : 0);
    }
    return true;
}

/* Only the VM with the focus may move the cursor, ring the bell or send sequences. */
static bool is_shown_unchanged(struct vconsole_mux *mux, const struct utf8 *text)
{
    uint8_t byte = text->byte[0];
    if (!utf8_is_control(text) || byte == '\t') {
        return true;
    }
    if (mux->owner != mux->focus || (byte != ESC && byte != BS && byte != BEL)) {
        return false;
    }
    if (byte == ESC) {
        mux->line_has_esc = true;
        mux->modes_changed = true;
    }
    return true;
}

static void stage_hex(struct vconsole_mux *mux, uint8_t byte)
{
    vconsole_mux_stage_string(mux, "\\x");
    vconsole_mux_stage_put(mux, (uint8_t) "0123456789abcdef"[byte >> 4]);
    vconsole_mux_stage_put(mux, (uint8_t) "0123456789abcdef"[byte & 15]);
}

/* A character of the open line, or (not `valid`) bytes that are not UTF-8. */
static void stage_character(struct vconsole_mux *mux, const struct utf8 *text, bool valid)
{
    struct vconsole *vc = mux->port[mux->owner];
    if (text->byte[0] == '\n') {
        bool focused = mux->owner == mux->focus;
        vconsole_mux_close_line(mux);
        if (focused) {
            vconsole_mux_keep_nothing(mux);
        }
        return;
    }
    if (text->byte[0] == '\r') {
        vc->pending_cr =
            true; /* Half of a line end, or a line drawn anew: the next byte decides. */
        return;
    }
    if (vc->pending_cr) {
        vc->pending_cr = false;
        vconsole_mux_stage_put(mux, '\r');
        vconsole_mux_stage_tag(mux, vc);
        vconsole_mux_keep_return(mux);
    }
    unsigned first = mux->stage_count;
    valid = valid && is_shown_unchanged(mux, text);
    for (unsigned i = 0; i < text->count; i++) {
        if (valid) {
            vconsole_mux_stage_put(mux, text->byte[i]);
        } else {
            stage_hex(mux, text->byte[i]);
        }
    }
    vconsole_mux_keep(mux, &mux->stage[first], mux->stage_count - first);
}

void vconsole_mux_stage_byte(struct vconsole_mux *mux, uint8_t byte)
{
    struct vconsole *vc = mux->port[mux->owner];
    enum utf8_result result;
    do {
        result = utf8_feed(&vc->text, byte);
        if (result != UTF8_MORE) {
            stage_character(mux, &vc->text, result == UTF8_CHARACTER);
        }
    } while (result == UTF8_BAD_AGAIN);
}
