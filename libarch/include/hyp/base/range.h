/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Half-open ranges [start, start + size). A range of size 0 is empty: it overlaps and contains
 * nothing. No function wraps: for a range that would pass 2^64 all functions below return false.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct range {
    uint64_t start;
    uint64_t size;
};

static inline bool range_is_valid(struct range r)
{
    return r.size <= UINT64_MAX - r.start;
}

static inline bool range_contains(struct range r, uint64_t x)
{
    return x - r.start < r.size && x >= r.start;
}

/* True if r contains all of [start, start + size). */
static inline bool range_covers(struct range r, uint64_t start, uint64_t size)
{
    return size != 0 && start >= r.start && start - r.start < r.size &&
           size <= r.size - (start - r.start);
}

static inline bool range_overlaps(struct range a, struct range b)
{
    return a.size != 0 && b.size != 0 &&
           (a.start >= b.start ? a.start - b.start < b.size : b.start - a.start < a.size);
}
