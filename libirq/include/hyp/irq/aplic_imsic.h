/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine whose APLIC sends messages to the harts' IMSICs, as a struct irqc for the hypervisor:
 * source n is identity id_base + n of the supervisor-level interrupt file of the hart it is enabled
 * for. Identities up to id_base, which the file delivers before those of the sources, are IPIs'.
 *
 * A source has one target, so enabling it for a hart takes it from another (one_target.h). A level-
 * sensitive source sends once for each rise of its input; what is still high at completion is
 * sent again by setipnum_le, as the specification's "Special consideration for level-sensitive
 * interrupt sources" says. Each source's mode is due by aplic_set_mode(), as in aplic.h.
 *
 * Units   `hart` is a dense hart index.
 * Owner   The caller's storage, which outlives the irqc.
 * Locks   As aplic.h. init_hart and claim act on the calling hart's CSRs.
 * Implements "Incoming MSI Controller (IMSIC)" and "Advanced Platform-Level Interrupt Controller"
 * of the RISC-V AIA specification, as far as said.
 */
#pragma once

#include <hyp/irq/aplic.h>
#include <hyp/irq/imsic.h>

struct aplic_imsic {
    struct aplic aplic; /* In MSI mode; initialised. */
    uint32_t id_max;    /* The files' riscv,num-ids: not below the identity of the last source. */
    uint32_t id_base;
};

/* Where the machine's messages of a source go. */
static inline uint32_t aplic_imsic_id(const struct aplic_imsic *a, uint32_t source)
{
    return a->id_base + source;
}

struct irqc aplic_imsic_irqc(struct aplic_imsic *a);
