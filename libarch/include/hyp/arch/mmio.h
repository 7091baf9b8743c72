/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to device registers; libhyp accesses them in no other way.
 *
 * An mmio_t is the address of a mapped device's first register. Each read and write has exactly the
 * width of its name and happens once, in program order.
 *
 * Units   `off` is bytes from the base, naturally aligned to the width.
 * Context riscv: inline, one load or store with I/O fences where the ISA's memory
 *         model asks for them between devices and memory. host: a bus on which a
 *         test places models.
 */
#pragma once

#include <stdint.h>

typedef struct {
    uintptr_t base;
} mmio_t;

#include <hyp/arch_backend/mmio.h> /* mmio_read8/16/32/64, mmio_write8/16/32/64 */
