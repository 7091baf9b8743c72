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

_Static_assert(sizeof(((struct vconsole_mux *)0)->stage) >=
                   sizeof("hyp: terminal=reset" RESET_MODES "\r\nhyp: console=\r\n") +
                       VCONSOLE_NAME_MAX,
               "the longest text that is staged at once");

/*
 * The modes are reset at the end of a line, so that each line begins with its tag. If no line is
 * open, a line of its own is the place, so that tools can read the next one.
 */
void vconsole_mux_stage_focus(struct vconsole_mux *mux)
{
    const char *name = mux->port[mux->focus]->name;
    const char *reset = mux->modes_changed ? RESET_MODES : "";
    mux->focus_changed = false;
    mux->answers_end = mux->now + ANSWER_TIMEOUTS * mux->config.line_timeout;
    if (mux->owner != PORT_NONE) {
        vconsole_mux_stage_reset(mux);
        vconsole_mux_stage_string(mux, reset);
        vconsole_mux_close_line(mux);
    } else if (mux->modes_changed) {
        vconsole_mux_stage_string(mux, "hyp: terminal=reset" RESET_MODES "\r\n");
    }
    mux->modes_changed = false;
    vconsole_mux_stage_string(mux, "hyp: console=");
    vconsole_mux_stage_text(mux, name != NULL ? name : "-", VCONSOLE_NAME_MAX);
    vconsole_mux_stage_string(mux, "\r\n");
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
        vconsole_mux_close_line(mux);
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
    }
    valid = valid && is_shown_unchanged(mux, text);
    for (unsigned i = 0; i < text->count; i++) {
        if (valid) {
            vconsole_mux_stage_put(mux, text->byte[i]);
        } else {
            stage_hex(mux, text->byte[i]);
        }
    }
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
