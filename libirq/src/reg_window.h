/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A window of 32-bit registers as QEMU's bus accesses it, and bitmaps as such registers.
 *
 *   access                       registers
 *   4 bytes, aligned             one
 *   8 bytes, at 4 mod 8          two, the lower one first
 *   all others                   VDEV_FAULT
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <hyp/base/vdev.h>

struct reg_window {
    uint64_t size; /* Bytes, a multiple of 8. */
    /* The functions of struct vdev_ops, for one register. */
    enum vdev_result (*read)(void *state, uint64_t offset, uint64_t *value);
    void (*write)(void *state, uint64_t offset, uint32_t value);
    enum vdev_result (*more)(void *state); /* NULL: a write never has more to do. */
};

enum vdev_result reg_window_read(const struct reg_window *window, void *state, uint64_t offset,
                                 unsigned size, uint64_t *value);
enum vdev_result reg_window_write(const struct reg_window *window, void *state, uint64_t offset,
                                  unsigned size, uint64_t value);

/* ---- Bitmaps: bit b of word w is number 64 * w + b, in register 2 * w + b / 32 -------------- */

static inline uint32_t bitmap_words(uint32_t count)
{
    return (count + 63) / 64;
}

static inline bool bitmap_has(const uint64_t *map, uint32_t number)
{
    return (map[number / 64] >> (number % 64) & 1) != 0;
}

static inline void bitmap_assign(uint64_t *map, uint32_t number, bool value)
{
    uint64_t bit = (uint64_t)1 << number % 64;
    map[number / 64] = (map[number / 64] & ~bit) | (uint64_t)value << number % 64;
}

/* Register `reg`, of the word that it is half of. */
static inline uint32_t bitmap_reg(uint64_t word, uint32_t reg)
{
    return (uint32_t)(word >> reg % 2 * 32);
}

/* The bits of register `reg`, as bits of its word. */
static inline uint64_t bitmap_word(uint32_t reg, uint32_t bits)
{
    return (uint64_t)bits << reg % 2 * 32;
}
