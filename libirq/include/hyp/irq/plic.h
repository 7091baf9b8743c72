/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Driver of a platform-level interrupt controller, as a struct irqc.
 *
 * Every source has priority 1 and every context threshold 0: what is enabled comes, and what pends
 * already comes once it is. OpenSBI starts a hart with its context masked, whatever it held, so
 * init_hart is due on each hart after its start, the one that called plic_init() included. A
 * guest's priorities and threshold stay in its vplic. A claim is one read of a register, a
 * completion one write, which any hart may do for the hart that claimed. The chip drops the
 * completion of a source that is not enabled for the claiming hart: disable after, never before.
 *
 * Units   `hart` is a dense hart index; `context` is the controller's own number.
 * Owner   The caller's storage, which outlives the irqc.
 * Locks   claim and complete are one access each and need none. set_enable is a read-modify-write
 *         of a word of that hart's context: guarded inside by a lock per hart, held for a
 *         dozen instructions. A hart belongs to one VM, so no VM waits for another's.
 * Implements "Memory Map" to "Interrupt Completion" of the RISC-V PLIC specification.
 */
#pragma once

#include <hyp/arch/mmio.h>
#include <hyp/arch/spinlock.h>
#include <hyp/base/irq.h>
#include <hyp/base/status.h>
#include <hyp/base/types.h>

#define PLIC_NO_CONTEXT UINT32_MAX

struct plic {
    mmio_t regs;
    const uint32_t *context; /* By hart index; PLIC_NO_CONTEXT: that hart has none. Borrowed. */
    uint32_t hart_count;
    uint32_t source_count;
    struct spinlock lock[HYP_HART_MAX]; /* By hart index: the enable words of its context. */
};

/*
 * Every source gets priority 1, and is completed once: who ran before may have claimed it. Contexts
 * stay as they are until init_hart of each hart, but for the first one, which has nothing enabled.
 * The contexts are the positions in the device tree's interrupts-extended that name the harts'
 * S-mode line.
 *
 * HYP_OK, or HYP_E_PARAM with no register touched: source_count is not in 2 … 1024, hart_count
 * is above HYP_HART_MAX, or a context is neither PLIC_NO_CONTEXT nor below 15872.
 */
HYP_MUST_USE enum hyp_status plic_init(struct plic *plic, mmio_t regs, const uint32_t *context,
                                       uint32_t hart_count, uint32_t source_count);

struct irqc plic_irqc(struct plic *plic);
