/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's supervisor-level APLIC and IMSIC, as its device tree describes them, for machines
 * that have no PLIC; and its ACLINT's supervisor software interrupts.
 *
 * The supervisor's domain is the one that interrupts harts in S-mode: by
 * interrupts-extended with interrupt 9, or in MSI mode by an msi-parent that has it.
 *
 * Units, owner, locks as in machine.h.
 * Implements the bindings riscv,aplic, riscv,imsics and riscv,aclint-sswi, as QEMU writes them.
 */
#pragma once

#include <hyp/vm/machine.h>

struct machine_aia {
    struct hyp_mem aplic;       /* Its registers. */
    uint32_t source_count;      /* Source 0 included. 0: there is no APLIC, or it is of no use. */
    uint32_t chip_source_count; /* The same with the sources that have no identity at the IMSIC. */
    bool msi; /* The APLIC sends to the IMSIC; else it interrupts harts by its IDCs. */
    uint32_t hart_index[HYP_HART_MAX]; /* The APLIC's number of a hart, or MACHINE_NO_INDEX. */
    /* All 0 unless msi. Each hart has 1 << guest_bits pages of interrupt files in a row. */
    struct hyp_mem imsic;
    uint32_t id_max;
    uint32_t guest_id_max;
    uint32_t guest_bits;

    struct hyp_mem sswi;               /* Its registers; size 0: there is none. */
    uint32_t sswi_index[HYP_HART_MAX]; /* The device's number of a hart, or MACHINE_NO_INDEX. */
};

/*
 * Reads the nodes of machine->regs again, in the tree that machine_read() has read. Pure.
 *
 * An APLIC is of no use if it numbers harts otherwise than by position (riscv,hart-indexes), if
 * its IMSIC has groups of harts, if a number is out of the specification's bounds, or if its reg
 * does not hold all harts' registers in one range or in several that continue each other.
 * Returns HYP_OK; or HYP_E_FORMAT: it is no tree.
 */
HYP_MUST_USE enum hyp_status machine_read_aia(const struct machine *machine,
                                              struct machine_aia *aia, const void *fdt,
                                              size_t size);
