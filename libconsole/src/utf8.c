/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to UTF-8 characters. */
#include <hyp/console/utf8.h>

#define DEL 0x7f

/* Length of the character that begins with `byte`; 0: no character does. */
static uint8_t length_of(uint8_t byte)
{
    if (byte < 0x80) {
        return 1;
    }
    if (byte < 0xc2 || byte > 0xf4) { /* Continuation, overlong, or above U+10FFFF. */
        return 0;
    }
    return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/* The second byte shows overlong forms, surrogates and numbers above U+10FFFF. */
static bool continues(const struct utf8 *text, uint8_t byte)
{
    uint8_t least = 0x80;
    uint8_t most = 0xbf;
    if (text->count == 1) {
        switch (text->byte[0]) {
        case 0xe0: least = 0xa0; break;
        case 0xed: most = 0x9f; break;
        case 0xf0: least = 0x90; break;
        case 0xf4: most = 0x8f; break;
        default: break;
        }
    }
    return byte >= least && byte <= most;
}

enum utf8_result utf8_feed(struct utf8 *text, uint8_t byte)
{
    if (text->need == 0) {
        text->count = 0;
        text->need = length_of(byte);
    } else if (!continues(text, byte)) {
        text->need = 0;
        return UTF8_BAD_AGAIN;
    }
    text->byte[text->count] = byte;
    text->count++;
    if (text->need == 0) {
        return UTF8_BAD;
    }
    if (text->count < text->need) {
        return UTF8_MORE;
    }
    text->need = 0;
    return UTF8_CHARACTER;
}

bool utf8_is_control(const struct utf8 *text)
{
    const uint8_t *b = text->byte;
    switch (text->count) {
    case 1: return b[0] < ' ' || b[0] == DEL;
    case 2: return b[0] == 0xc2 && b[1] < 0xa0;
    case 3: return b[0] == 0xe2 && b[1] == 0x80 && (b[2] == 0xa8 || b[2] == 0xa9);
    default: return false;
    }
}
