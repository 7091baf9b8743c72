/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Driver of a platform-level interrupt controller, as a struct irqc.
 *
 * Every source has priority 1 and every context threshold 0: what is enabled comes. A guest's
 * priorities and threshold stay in its vplic.
 *
 * Units   `hart` is a dense hart index; `context` is the controller's own number.
 * Owner   The caller's storage, which outlives the irqc.
 * Locks   set_enable is a read-modify-write of a word that sources of several VMs share, so it
 *         is guarded inside by a lock that is held for a dozen instructions; claim and
 *         complete are one access each and need none.
 * Implements "Memory Map" to "Interrupt Completion" of the RISC-V PLIC specification.
 */
#pragma once

#include <hyp/arch/mmio.h>
#include <hyp/arch/spinlock.h>
#include <hyp/base/irq.h>
#include <hyp/base/status.h>

#define PLIC_NO_CONTEXT UINT32_MAX

struct plic {
    mmio_t regs;
    const uint32_t *context; /* By hart index; PLIC_NO_CONTEXT: that hart has none. Borrowed. */
    uint32_t hart_count;
    uint32_t source_count;
    struct spinlock lock; /* Of the enable words. */
};

/*
 * All sources off in the contexts of these harts, priorities 1, thresholds 0.
 * HYP_OK, or HYP_E_PARAM: source_count is not in 2 … 1024; no register has been touched.
 */
HYP_MUST_USE enum hyp_status plic_init(struct plic *plic, mmio_t regs, const uint32_t *context,
                                       uint32_t hart_count, uint32_t source_count);

struct irqc plic_irqc(struct plic *plic);
