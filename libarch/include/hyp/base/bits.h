/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bits, fields and alignment on 64-bit words. All pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define BIT(n) ((uint64_t)1 << (n))

#define ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Bits [lo, lo + width) of x, shifted down; 1 <= width <= 63. */
static inline uint64_t bits_get(uint64_t x, unsigned lo, unsigned width)
{
    return (x >> lo) & (BIT(width) - 1);
}

/* `align` is a power of two. */
static inline bool is_aligned(uint64_t x, uint64_t align)
{
    return (x & (align - 1)) == 0;
}

static inline uint64_t align_down(uint64_t x, uint64_t align)
{
    return x & ~(align - 1);
}

/* Wraps to 0 if x is above the last multiple below 2^64. */
static inline uint64_t align_up(uint64_t x, uint64_t align)
{
    return (x + align - 1) & ~(align - 1);
}

static inline unsigned bits_count(uint64_t x)
{
    unsigned n = 0;
    for (; x != 0; x &= x - 1) {
        n++;
    }
    return n;
}

/* Index of the lowest set bit; x is not 0. Plain C: the base ISA has no ctz. */
static inline unsigned bits_first(uint64_t x)
{
    unsigned n = 0;
    for (unsigned step = 32; step != 0; step >>= 1) {
        if ((x & (BIT(step) - 1)) == 0) {
            x >>= step;
            n += step;
        }
    }
    return n;
}
