/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Divides a stream of bytes into UTF-8 characters and bytes that are not UTF-8.
 *
 * Overlong forms, surrogates and numbers above U+10FFFF are no characters, and neither is a
 * sequence that ends too early: all bytes of such a sequence are bad.
 *
 * Owner   The caller's storage, one a stream; zero is a valid start.
 * Context Any; pure.
 * Implements table "Well-Formed UTF-8 Byte Sequences" of the Unicode Standard.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct utf8 {
    uint8_t byte[4];
    uint8_t count; /* Bytes of the character, or of the bad sequence. */
    uint8_t need;  /* Bytes that the begun character will have; 0: none has begun. */
};

enum utf8_result {
    UTF8_MORE,      /* A character has begun and is not complete. */
    UTF8_CHARACTER, /* byte[0 … count) is a character. */
    UTF8_BAD,       /* byte[0 … count) are not UTF-8. */
    UTF8_BAD_AGAIN, /* The same, and the new byte is not among them: feed it again. */
};

enum utf8_result utf8_feed(struct utf8 *text, uint8_t byte);

/*
 * True if the character in byte[0 … count) is a control or a line end of Unicode: C0, DEL, U+0080
 * to U+009F, U+2028, U+2029.
 */
bool utf8_is_control(const struct utf8 *text);
