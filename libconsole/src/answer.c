/* SPDX-License-Identifier: Apache-2.0 */
/* Control sequences in answer terminal's input. */
#include <hyp/console/answer.h>

#define BEL 0x07
#define ESC 0x1b
#define C1_IN_UTF8 0xc2 /* Begins U+0080 to U+00BF. */
#define MOUSE_BYTES 3

enum state {
    GROUND,
    CHARACTER, /* `left` bytes of answer UTF-8 character follow. */
    C1,        /* After C1_IN_UTF8. */
    ESCAPE,
    CSI_FIRST,
    CSI,
    STRING,
    STRING_ESCAPE,
    REST, /* `left` bytes follow. */
};

static void start_rest(struct answer *answer, enum state state, uint8_t left)
{
    answer->state = (uint8_t)state;
    answer->left = left;
}

static void take_rest(struct answer *answer)
{
    answer->left--;
    if (answer->left == 0) {
        answer->state = GROUND;
    }
}

/* Takes the byte after ESC. A C1 control means the same as ESC and the byte that is 0x40 less. */
static void introduce(struct answer *answer, unsigned byte)
{
    switch (byte) {
    case '[': answer->state = CSI_FIRST; break;
    case 'P':
    case 'X':
    case ']':
    case '^':
    case '_': answer->state = STRING; break;
    case 'N':
    case 'O': start_rest(answer, REST, 1); break;
    default: answer->state = byte >= ' ' && byte < '0' ? ESCAPE : GROUND; break;
    }
}

static bool is_c1(uint8_t byte)
{
    return byte >= 0x80 && byte < 0xa0;
}

/* True if the byte begins answer sequence. */
static bool begin(struct answer *answer, uint8_t byte, bool drop)
{
    answer->dropped = drop;
    answer->state = GROUND;
    if (byte == ESC) {
        answer->state = ESCAPE;
    } else if (byte == C1_IN_UTF8) {
        answer->state = C1;
    } else if (is_c1(byte)) {
        introduce(answer, byte - 0x40u);
    } else {
        if (byte > C1_IN_UTF8) {
            start_rest(answer, CHARACTER, byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3);
        }
        return false;
    }
    return true;
}

static void end_csi(struct answer *answer, uint8_t byte)
{
    bool mouse = answer->state == CSI_FIRST && byte == 'M';
    answer->state = CSI;
    if (mouse) {
        start_rest(answer, REST, MOUSE_BYTES);
    } else if (byte >= '@') {
        answer->state = GROUND;
    }
}

/* True if the byte is part of the current sequence. */
static bool go_on(struct answer *answer, uint8_t byte)
{
    switch (answer->state) {
    case C1:
        if (is_c1(byte)) {
            introduce(answer, byte - 0x40u);
        } else {
            answer->state = GROUND;
        }
        return byte >= 0x80 && byte < 0xc0;
    case ESCAPE:
        if (byte >= ' ' && byte < 0x80) {
            introduce(answer, byte);
            return true;
        }
        return false;
    case CSI_FIRST:
    case CSI:
        if (byte >= ' ' && byte < 0x80) {
            end_csi(answer, byte);
            return true;
        }
        return false;
    case STRING:
        answer->state = byte == ESC ? STRING_ESCAPE : byte == BEL ? GROUND : STRING;
        return true;
    case STRING_ESCAPE:
        introduce(answer, byte); /* A backslash ends the string. */
        return true;
    case REST: take_rest(answer); return true;
    default: return false;
    }
}

bool answer_drops(struct answer *answer, uint8_t byte, bool drop)
{
    if (answer->state == CHARACTER && byte >= 0x80 && byte < 0xc0) {
        take_rest(answer);
        return false;
    }
    return (go_on(answer, byte) || begin(answer, byte, drop)) && answer->dropped;
}

void answer_cut(struct answer *answer)
{
    answer->dropped = true;
}
