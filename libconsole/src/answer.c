/* SPDX-License-Identifier: Apache-2.0 */
/* Control sequences in a terminal's input. */
#include <hyp/console/answer.h>

#define BEL 0x07
#define ESC 0x1b
#define C1_IN_UTF8 0xc2 /* Begins U+0080 to U+00BF. */
#define MOUSE_BYTES 3

enum state {
    GROUND,
    CHARACTER, /* `left` bytes of one in UTF-8 follow. */
    C1,        /* Behind C1_IN_UTF8. */
    ESCAPE,
    CSI_FIRST,
    CSI,
    STRING,
    STRING_ESCAPE,
    REST, /* `left` bytes follow. */
};

static void start_rest(struct answer *a, enum state state, uint8_t left)
{
    a->state = (uint8_t)state;
    a->left = left;
}

static void take_rest(struct answer *a)
{
    a->left--;
    if (a->left == 0) {
        a->state = GROUND;
    }
}

/* The byte behind ESC; a C1 control is ESC and the byte that is 0x40 less. */
static void introduce(struct answer *a, unsigned byte)
{
    switch (byte) {
    case '[': a->state = CSI_FIRST; break;
    case 'P':
    case 'X':
    case ']':
    case '^':
    case '_': a->state = STRING; break;
    case 'N':
    case 'O': start_rest(a, REST, 1); break;
    default: a->state = byte >= ' ' && byte < '0' ? ESCAPE : GROUND; break;
    }
}

static bool is_c1(uint8_t byte)
{
    return byte >= 0x80 && byte < 0xa0;
}

/* True: a sequence begins. */
static bool begin(struct answer *a, uint8_t byte, bool drop)
{
    a->dropped = drop;
    a->state = GROUND;
    if (byte == ESC) {
        a->state = ESCAPE;
    } else if (byte == C1_IN_UTF8) {
        a->state = C1;
    } else if (is_c1(byte)) {
        introduce(a, byte - 0x40u);
    } else {
        if (byte > C1_IN_UTF8) {
            start_rest(a, CHARACTER, byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3);
        }
        return false;
    }
    return true;
}

static void end_csi(struct answer *a, uint8_t byte)
{
    bool mouse = a->state == CSI_FIRST && byte == 'M';
    a->state = CSI;
    if (mouse) {
        start_rest(a, REST, MOUSE_BYTES);
    } else if (byte >= '@') {
        a->state = GROUND;
    }
}

/* True: the byte is part of the sequence. */
static bool go_on(struct answer *a, uint8_t byte)
{
    switch (a->state) {
    case C1:
        if (is_c1(byte)) {
            introduce(a, byte - 0x40u);
        } else {
            a->state = GROUND;
        }
        return byte >= 0x80 && byte < 0xc0;
    case ESCAPE:
        if (byte >= ' ' && byte < 0x80) {
            introduce(a, byte);
            return true;
        }
        return false;
    case CSI_FIRST:
    case CSI:
        if (byte >= ' ' && byte < 0x80) {
            end_csi(a, byte);
            return true;
        }
        return false;
    case STRING:
        a->state = byte == ESC ? STRING_ESCAPE : byte == BEL ? GROUND : STRING;
        return true;
    case STRING_ESCAPE:
        introduce(a, byte); /* A backslash ends all. */
        return true;
    case REST: take_rest(a); return true;
    default: return false;
    }
}

bool answer_drops(struct answer *a, uint8_t byte, bool drop)
{
    if (a->state == CHARACTER && byte >= 0x80 && byte < 0xc0) {
        take_rest(a);
        return false;
    }
    return (go_on(a, byte) || begin(a, byte, drop)) && a->dropped;
}

void answer_cut(struct answer *a)
{
    a->dropped = true;
}
