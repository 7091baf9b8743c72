/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to device registers: the only way that libhyp touches one.
 *
 * An mmio_t names the first register of a mapped device. Reads and writes have
 * exactly the width they say, happen once, in program order with each other.
 *
 * Units   `off` is bytes from the base, naturally aligned to the width.
 * Context riscv: inline, one load or store with I/O fences where the ISA's memory
 *         model asks for them between devices and memory. host: a bus on which a
 *         test places models (mmio_host.h).
 */
#pragma once

#include <stdint.h>

typedef struct {
    uintptr_t base;
} mmio_t;

#include <hyp/arch_backend/mmio.h> /* mmio_read8/16/32/64, mmio_write8/16/32/64 */
