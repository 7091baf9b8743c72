/* SPDX-License-Identifier: Apache-2.0 */
/* The lowest set bit of a word, as the base ISA has no ctz. */
#pragma once

#include <stdint.h>

/*
 * Index of the lowest set bit of x, which is not 0, by a multiplication with a De Bruijn sequence:
 * a third of the instructions of bits_first().
 */
static inline uint8_t lowest_bit(uint64_t x)
{
    static const uint8_t index[64] = {
        0,  1,  48, 2,  57, 49, 28, 3,  61, 58, 50, 42, 38, 29, 17, 4,  62, 55, 59, 36, 53, 51,
        43, 22, 45, 39, 33, 30, 24, 18, 12, 5,  63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21,
        44, 32, 23, 11, 46, 26, 40, 15, 34, 20, 31, 10, 25, 14, 19, 9,  13, 8,  7,  6,
    };
    return index[((x & (0 - x)) * UINT64_C(0x03f79d71b4cb0a89)) >> 58];
}
