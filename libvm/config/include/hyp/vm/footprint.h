/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects in the hypervisor pool, and their sizes. config_pool_need() adds them up, at build
 * and at boot, so that a pool that is too small is a build error. Beside each object, libhv asserts
 * that it is no larger than its size here. Boot logs the sum and the use of the pool
 * (`hyp: pool_used_kib=… pool_need_kib=…`).
 *
 *     FOOTPRINT_FIXED
 *   + harts in use (those of VMs, and the console's)     * FOOTPRINT_PER_HART
 *   + vCPUs                                              * FOOTPRINT_PER_VCPU
 *   + VMs                                                * FOOTPRINT_PER_VM
 *   + VMs with an interrupt controller: footprint_irqc()
 *   + vCPUs of VMs with IMSICs                           * FOOTPRINT_PER_IMSIC
 *   + VMs with a console on the shared UART              * FOOTPRINT_PER_CONSOLE
 *   + VMs                                                * FOOTPRINT_GSTAGE_ROOT
 *   + inner tables, counted exactly for leaves of 1 GiB, 2 MiB and 4 KiB, in the
 *     narrowest G-stage mode that reaches the VM's highest address   * 4 KiB
 *   + embedded files                                     * FOOTPRINT_PER_BLOB
 *   + the largest block in which a device tree is changed
 *
 * An object smaller than a page shares its page with others, so the sum is an upper bound.
 *
 * Units   Bytes, multiples of 4 KiB.
 */
#pragma once

#include <hyp/base/bits.h>
#include <hyp/base/types.h>

/*
 * 13 pages for the pool's books and the hypervisor's own tables (root, one for its GiB, one for
 * the image, two for the pool, one for stacks, five for devices, two spare), and 11 for the gaps
 * that the alignment of larger blocks may leave.
 */
#define FOOTPRINT_FIXED (96 * HYP_KIB)
/* Two stacks of 8 and 4 KiB, and the hart's struct. */
#define FOOTPRINT_HART_STACKS (12 * HYP_KIB)
#define FOOTPRINT_HART_STRUCT (4 * HYP_KIB)
#define FOOTPRINT_PER_HART (FOOTPRINT_HART_STACKS + FOOTPRINT_HART_STRUCT)
/* struct vcpu. */
#define FOOTPRINT_PER_VCPU (4 * HYP_KIB)
/* The VM's struct, and its array of vCPUs. */
#define FOOTPRINT_PER_VM (8 * HYP_KIB)
/* An emulated interrupt file, and its share of rounding all files up to a block. */
#define FOOTPRINT_PER_IMSIC (4 * HYP_KIB)
/* The rings of one console. */
#define FOOTPRINT_PER_CONSOLE (8 * HYP_KIB)
/* Tables for both ends of an embedded file, while it is copied. */
#define FOOTPRINT_PER_BLOB (8 * HYP_KIB)
/* Root table of Sv39x4, Sv48x4 and Sv57x4, aligned to its size. */
#define FOOTPRINT_GSTAGE_ROOT (16 * HYP_KIB)
#define FOOTPRINT_GSTAGE_TABLE (4 * HYP_KIB)

/* A virtual controller: its struct, and its state by source and by context. */
#define FOOTPRINT_IRQC_STRUCT (4 * HYP_KIB)
#define FOOTPRINT_IRQC_LEVELS 32
#define FOOTPRINT_IRQC_SOURCE 16
#define FOOTPRINT_IRQC_CONTEXT 96

/* The block that an object of `size` bytes takes: a power of two of pages. */
static inline uint64_t footprint_block(uint64_t size)
{
    uint64_t block = HYP_PAGE_SIZE;
    while (block < size) {
        block <<= 1;
    }
    return block;
}

static inline uint64_t footprint_irqc(uint32_t source_count, uint32_t context_count)
{
    uint64_t words = align_up(source_count, 64) / 64;
    uint64_t storage = 8 * words * (FOOTPRINT_IRQC_LEVELS + 2 * (uint64_t)context_count) +
                       (uint64_t)FOOTPRINT_IRQC_SOURCE * source_count +
                       (uint64_t)FOOTPRINT_IRQC_CONTEXT * context_count;
    return FOOTPRINT_IRQC_STRUCT + footprint_block(storage);
}
