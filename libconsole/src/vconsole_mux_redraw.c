/* SPDX-License-Identifier: Apache-2.0 */
/* The multiplexer's redraw: the text of the focus' open line, and how it is shown again. */
#include "vconsole_mux_priv.h"

#include <string.h>

#define BS 0x08
#define ESC 0x1b
#define CHARACTER_MAX 4u /* Bytes of UTF-8. */

static bool is_first_byte(uint8_t byte)
{
    return byte < 0x80 || byte >= 0xc0;
}

/* The place of the next character, or the end. A stage has room for each character. */
static uint16_t after(const struct vconsole_mux *mux, uint16_t at)
{
    uint16_t last = (uint16_t)(at + CHARACTER_MAX);
    do {
        at++;
    } while (at < mux->kept.end && at < last && !is_first_byte(mux->kept.text[at]));
    return at;
}

static void go_back(struct vconsole_mux *mux)
{
    while (mux->kept.at != 0 && !is_first_byte(mux->kept.text[--mux->kept.at])) {
    }
}

/* Removes the bytes from `from` to `to`. */
static void remove_text(struct vconsole_mux *mux, uint16_t from, uint16_t to)
{
    while (to < mux->kept.end) {
        mux->kept.text[from++] = mux->kept.text[to++];
    }
    mux->kept.end = from;
}

/* The last part of a text that is too long is kept. */
static void make_room(struct vconsole_mux *mux)
{
    if (mux->kept.end == VCONSOLE_MUX_KEPT) {
        uint16_t cut = after(mux, VCONSOLE_MUX_KEPT / 4);
        remove_text(mux, 0, cut);
        mux->kept.at = mux->kept.at > cut ? (uint16_t)(mux->kept.at - cut) : 0;
    }
}

/* A byte of a character takes the place of the character at the cursor. */
static void put_text(struct vconsole_mux *mux, uint8_t byte)
{
    if (is_first_byte(byte) && mux->kept.at < mux->kept.end) {
        remove_text(mux, mux->kept.at, after(mux, mux->kept.at));
    }
    make_room(mux);
    uint16_t at = mux->kept.at;
    for (uint16_t i = mux->kept.end; i > at; i--) {
        mux->kept.text[i] = mux->kept.text[i - 1];
    }
    mux->kept.text[at] = byte;
    mux->kept.at++;
    mux->kept.end++;
}

/* The sequence's one parameter; `none` if it has no digits. */
static unsigned parameter(const struct vconsole_mux *mux, unsigned none)
{
    unsigned value = 0;
    unsigned i = 2;
    for (; i + 1 < mux->kept.sequence_count && value < VCONSOLE_MUX_KEPT; i++) {
        uint8_t byte = mux->kept.sequence_byte[i];
        if (byte < '0' || byte > '9') {
            break;
        }
        value = value * 10 + byte - '0';
    }
    return i == 2 || (value == 0 && none != 0) ? none : value;
}

static void clear_text(struct vconsole_mux *mux)
{
    mux->kept.end = 0;
    mux->kept.at = 0;
}

/* A sequence that is complete, in `sequence_byte` unless it is longer. */
static void end_sequence(struct vconsole_mux *mux)
{
    if (mux->kept.sequence_count < 3 || mux->kept.sequence_byte[1] != '[') {
        return; /* A title, a character set. */
    }
    uint8_t final = mux->kept.sequence_byte[mux->kept.sequence_count - 1];
    unsigned count = parameter(mux, 1);
    switch (final) {
    case 'C':
        for (; count != 0 && mux->kept.at < mux->kept.end; count--) {
            mux->kept.at = after(mux, mux->kept.at);
        }
        break;
    case 'D':
        for (; count != 0 && mux->kept.at != 0; count--) {
            go_back(mux);
        }
        break;
    case 'P':
        for (; count != 0 && mux->kept.at < mux->kept.end; count--) {
            remove_text(mux, mux->kept.at, after(mux, mux->kept.at));
        }
        break;
    case 'J':
    case 'K':
        if (parameter(mux, 0) == 0) {
            mux->kept.end = mux->kept.at;
        } else {
            clear_text(mux);
        }
        break;
    case 'c': /* Colours, queries and modes: the text stays. */
    case 'h':
    case 'l':
    case 'm':
    case 'n': break;
    default: clear_text(mux); break; /* The cursor may be anywhere. */
    }
}

static void keep_byte(struct vconsole_mux *mux, uint8_t byte)
{
    if (answer_drops(&mux->kept.sequence, byte, true)) {
        if (byte == ESC) {
            mux->kept.sequence_count = 0;
        }
        if (mux->kept.sequence_count < sizeof(mux->kept.sequence_byte)) {
            mux->kept.sequence_byte[mux->kept.sequence_count++] = byte;
        }
        if (!answer_is_open(&mux->kept.sequence)) {
            end_sequence(mux);
        }
    } else if (byte == BS) {
        go_back(mux);
    } else if (byte >= ' ' || byte == '\t') {
        put_text(mux, byte);
    }
}

void vconsole_mux_keep(struct vconsole_mux *mux, const uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = 0; mux->owner == mux->focus && i < count; i++) {
        keep_byte(mux, bytes[i]);
    }
}

void vconsole_mux_keep_return(struct vconsole_mux *mux)
{
    if (mux->owner == mux->focus) {
        mux->kept.at = 0;
    }
}

void vconsole_mux_keep_nothing(struct vconsole_mux *mux)
{
    clear_text(mux);
    mux->kept.typed = false;
    mux->kept.broken = false;
    mux->kept.sequence = (struct answer){0};
}

bool vconsole_mux_redraw_is_done(const struct vconsole_mux *mux)
{
    return mux->redraw_at >= 2u * mux->kept.end - mux->kept.at;
}

bool vconsole_mux_redraw_is_due(const struct vconsole_mux *mux)
{
    return mux->kept.broken && mux->kept.typed && mux->kept.end != 0 &&
           !vconsole_is_closed(mux->port[mux->focus]);
}

void vconsole_mux_redraw_begin(struct vconsole_mux *mux)
{
    mux->redraw_at = 0;
    mux->redrawing = true;
    vconsole_mux_open_line(mux, mux->focus);
}

/* The text, then a step back for each character behind the cursor. No character is divided. */
uint32_t vconsole_mux_redraw_some(struct vconsole_mux *mux)
{
    uint32_t count = 0;
    uint32_t max = mux->budget < sizeof(mux->stage) ? mux->budget : sizeof(mux->stage);
    while (mux->redraw_at < mux->kept.end) {
        uint16_t at = mux->redraw_at;
        uint16_t size = (uint16_t)(after(mux, at) - at);
        if (count != 0 && count + size > max) {
            break;
        }
        memcpy(&mux->stage[count], &mux->kept.text[at], size);
        count += size;
        mux->redraw_at += size;
    }
    for (; mux->redraw_at >= mux->kept.end && !vconsole_mux_redraw_is_done(mux) && count < max;
         mux->redraw_at++) {
        if (is_first_byte(mux->kept.text[mux->kept.at + mux->redraw_at - mux->kept.end])) {
            mux->stage[count++] = BS;
        }
    }
    mux->stage_count = (uint8_t)count;
    return count;
}
