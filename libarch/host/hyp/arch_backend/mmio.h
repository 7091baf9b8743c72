/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device registers on the host: a bus on which a test places models.
 *
 * An mmio_t's base is then any number that the test chose for mmio_host_attach().
 * A model that answers VDEV_FAULT, or an address with no model, ends the test.
 */
#pragma once

#include <hyp/base/vdev.h>
#include <stdint.h>

/* Up to 8 devices; `dev` is borrowed until mmio_host_reset(). The bus is per thread. */
void mmio_host_attach(const struct vdev *dev);
void mmio_host_reset(void);

uint64_t mmio_host_read(uintptr_t address, unsigned size);
void mmio_host_write(uintptr_t address, unsigned size, uint64_t value);

#define MMIO_DEFINE(width)                                                           \
    static inline uint##width##_t mmio_read##width(mmio_t r, uintptr_t off)          \
    {                                                                                \
        return (uint##width##_t)mmio_host_read(r.base + off, (width) / 8);           \
    }                                                                                \
    static inline void mmio_write##width(mmio_t r, uintptr_t off, uint##width##_t v) \
    {                                                                                \
        mmio_host_write(r.base + off, (width) / 8, v);                               \
    }

MMIO_DEFINE(8)
MMIO_DEFINE(16)
MMIO_DEFINE(32)
MMIO_DEFINE(64)
#undef MMIO_DEFINE
