/* SPDX-License-Identifier: Apache-2.0 */
/* Device registers on the machine: one volatile access each, with the order of readl() in Linux. */
#pragma once

#include <stdint.h>

#define MMIO_DEFINE(width)                                                           \
    static inline uint##width##_t mmio_read##width(mmio_t r, uintptr_t off)          \
    {                                                                                \
        uint##width##_t v = *(volatile uint##width##_t *)(r.base + off);             \
        __asm__ volatile("fence i, ir" : : : "memory");                              \
        return v;                                                                    \
    }                                                                                \
    static inline void mmio_write##width(mmio_t r, uintptr_t off, uint##width##_t v) \
    {                                                                                \
        __asm__ volatile("fence w, o" : : : "memory");                               \
        *(volatile uint##width##_t *)(r.base + off) = v;                             \
    }

MMIO_DEFINE(8)
MMIO_DEFINE(16)
MMIO_DEFINE(32)
MMIO_DEFINE(64)
#undef MMIO_DEFINE
