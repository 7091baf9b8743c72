/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's supervisor-level APLIC and IMSIC, as its device tree has them: for machines
 * that have no PLIC.
 *
 * Which of several domains is the supervisor's is told by whom they interrupt: a direct one by
 * interrupts-extended with interrupt 9, one in MSI mode by an msi-parent that has it.
 *
 * Units, owner, locks as in machine.h.
 * Implements the bindings riscv,aplic and riscv,imsics of the Linux device tree bindings.
 */
#pragma once

#include <hyp/vm/machine.h>

struct machine_aia {
    struct hyp_mem aplic;  /* Its registers. */
    uint32_t source_count; /* With source 0. */
    bool msi;              /* The APLIC sends to the IMSIC; else it interrupts harts by its IDCs. */
    uint32_t hart_index[HYP_HART_MAX]; /* The APLIC's number of a hart, or MACHINE_NO_INDEX. */
    /* All 0 but with msi. */
    struct hyp_mem
        imsic; /* A file's page after another's, for each hart 1 << guest_bits of them. */
    uint32_t id_max;
    uint32_t guest_id_max;
    uint32_t guest_bits;
};

/*
 * Reads the tree that machine_read() has read into `m`. Pure.
 * Returns HYP_OK; HYP_E_ABSENT: there is no such APLIC; HYP_E_UNSUPPORTED: its IMSIC has groups of
 * harts, or too few identities to give each source its own; HYP_E_FORMAT: the tree is malformed.
 */
HYP_MUST_USE enum hyp_status machine_read_aia(const struct machine *m, struct machine_aia *aia,
                                              const void *fdt, size_t size);
