/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A physical APLIC that sends MSIs to the harts' IMSICs, as a struct irqc for the hypervisor:
 * source n is identity id_base + n of the supervisor-level interrupt file of the hart it is enabled
 * for. Identities up to id_base are for IPIs: the file delivers them first.
 *
 * A source has one target, so enabling it for a hart takes it from another (one_target.h). A level-
 * sensitive source sends once for each rise of its input. If the input is still high at completion,
 * setipnum_le sends again, as the specification's "Special consideration for level-sensitive
 * interrupt sources" says. aplic_set_mode() sets each source's mode, as in aplic.h.
 *
 * Units   `hart` is a dense hart index.
 * Owner   The caller's storage, which outlives the irqc.
 * Locks   As aplic.h. init_hart and claim act on the calling hart's CSRs.
 * Implements "Incoming MSI Controller (IMSIC)" and "Advanced Platform-Level Interrupt Controller"
 * of the RISC-V AIA specification, in part.
 */
#pragma once

#include <hyp/irq/aplic.h>
#include <hyp/irq/imsic.h>

struct aplic_imsic {
    struct aplic aplic; /* Initialised, in MSI mode. */
    uint32_t id_max;    /* The files' riscv,num-ids: not below the identity of the last source. */
    uint32_t id_base;
};

/* The identity of a source's MSIs. */
static inline uint32_t aplic_imsic_id(const struct aplic_imsic *a, uint32_t source)
{
    return a->id_base + source;
}

struct irqc aplic_imsic_irqc(struct aplic_imsic *a);
