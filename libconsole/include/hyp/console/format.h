/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formatted text, small, into a buffer of the caller's.
 *
 *   %[0][width][l|ll|z]conv     conv: d u x p s c %
 *
 * Width pads on the left with blanks, or with zeros after a 0 (behind a sign).
 * %p is 0x and hexadecimal digits, unpadded. A null %s is (null). Any other conversion is copied
 * as it is written and takes no argument. There is no precision, no `-`, no floating point.
 *
 * Context Any. No state, no allocation; about 150 bytes of stack.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/*
 * Writes at most size - 1 bytes and a NUL; the rest is cut off. With size 0, nothing is written.
 * Returns the length of what was written, without the NUL.
 */
size_t format_vbuf(char *buf, size_t size, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));
size_t format_buf(char *buf, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
