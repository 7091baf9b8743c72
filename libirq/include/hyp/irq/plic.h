/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Driver of a platform-level interrupt controller, as a struct irqc.
 *
 * Every source has priority 1 and every context threshold 0, so every enabled source is delivered,
 * also one that was pending before it was enabled. OpenSBI starts a hart with its context masked,
 * so call init_hart on each hart after its start, also on the one that called plic_init(). A
 * guest's priorities and threshold stay in its vplic. A claim is one read of a register, a
 * completion one write, which any hart may do for the hart that claimed. A PLIC drops the
 * completion of a source that is not enabled for the claiming hart: disable a source only after its
 * completion.
 *
 * Units   `hart` is a dense hart index; `context` is the controller's own number.
 * Owner   The caller's storage, which outlives the irqc.
 * Locks   claim and complete are one access each and need none. set_enable is a read-modify-write
 *         of a word of that hart's context, under a lock per hart, held for a dozen instructions. A
 *         hart belongs to one VM, so no VM waits for another's.
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
    const uint32_t
        *context; /* Indexed by hart index; PLIC_NO_CONTEXT: that hart has none. Borrowed. */
    uint32_t hart_count;
    uint32_t source_count;
    struct spinlock
        lock[HYP_HART_MAX]; /* Indexed by hart index: the enable words of its context. */
};

/*
 * Sets the priority of every source to 1, and completes each once, since earlier software may have
 * claimed it. Contexts stay unchanged until init_hart of each hart, except that the first one has
 * all sources disabled.
 * The contexts are the positions in the device tree's interrupts-extended that name the harts'
 * S-mode line.
 *
 * HYP_OK, or HYP_E_PARAM with no register touched: source_count is not in 2 … 1024, hart_count
 * is above HYP_HART_MAX, or a context is neither PLIC_NO_CONTEXT nor below 15872.
 */
HYP_MUST_USE enum hyp_status plic_init(struct plic *plic, mmio_t regs, const uint32_t *context,
                                       uint32_t hart_count, uint32_t source_count);

struct irqc plic_irqc(struct plic *plic);
