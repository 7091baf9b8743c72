/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vCPU on its hart, by the parts that the run loop and the exits share:
 *
 *   vcpu_reset.c     CSRs and registers of a vCPU that starts
 *   vcpu_timer.c     the guest's timer
 *   vcpu_notify.c    bits for a vCPU: set, its hart interrupted
 *   vcpu_pending.c   the same bits, taken by its own hart
 *   vcpu_irq.c       interrupts of HS-mode while the guest runs; what the guest is made to take
 *   run.c            the loop
 *
 * A file calls only files above it, so that no calls go in a circle.
 *
 * Locks   The caller holds nothing but where a function says so.
 * Context The vCPU's own hart, in HS-mode, interrupts off.
 */
#pragma once

#include <hyp/arch/csr.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/vm/vm.h>

#define VS_INTERRUPTS (BIT(IRQ_VS_SOFT) | BIT(IRQ_VS_TIMER) | BIT(IRQ_VS_EXT))
#define HS_INTERRUPTS (BIT(IRQ_S_SOFT) | BIT(IRQ_S_TIMER) | BIT(IRQ_S_EXT))

/* ---- vcpu_reset.c ---------------------------------------------------------------------------- */

/* A VM whose exits are counted has no fast ones. */
static inline bool vm_has_budget(const struct vm *vm)
{
    return vm->config->exits_after_boot.grace_s != 0;
}

/* Hart CSRs that do not change when the vCPU is started again, and the world's fast functions. */
HYP_COLD void vcpu_load_hart(struct vcpu *vcpu);

/* Registers and VS-level CSRs of a vCPU that starts at start_pc with start_opaque. */
HYP_COLD void vcpu_reset(struct vcpu *vcpu);

/* No interrupt of the guest pends but its devices'; its timer is off. */
HYP_COLD void vcpu_reset_interrupts(struct vcpu *vcpu);

/*
 * The scrubber runs as a guest that starts, but all its traps and interrupts come to HS-mode.
 * vcpu_load_hart() ends that.
 */
HYP_COLD void vcpu_load_scrubber(struct vcpu *vcpu);

/* ---- vcpu_timer.c ---------------------------------------------------------------------------- */

/* vcpu_set_timer() of a VM without Sstc. Returns SBI_SUCCESS. */
int64_t vcpu_timer_set_slow(struct vcpu *vcpu, uint64_t when);

/* SBI TIME: the guest's timer is due at `when`. Returns its error, SBI_SUCCESS. */
static inline int64_t vcpu_set_timer(struct vcpu *vcpu, uint64_t when)
{
    if (!vcpu->vm->grant.sstc) {
        return vcpu_timer_set_slow(vcpu, when);
    }
    csr_write(CSR_VSTIMECMP, when);
    return SBI_SUCCESS;
}

/* ---- vcpu_notify.c, vcpu_pending.c ----------------------------------------------------------- */

/*
 * Interrupts a set of other harts, by index; `last` is one of them, if there is one. A single one
 * is not looked for in the set.
 */
static inline void vm_send_ipis(struct vm_host_ops *host, uint64_t harts, uint32_t last)
{
    if ((harts & (harts - 1)) != 0) {
        host->send_ipis(host, harts);
    } else if (harts != 0) {
        host->send_ipi(host, last);
    }
}

/* Does what vcpu->pending asks for. */
void vcpu_take_pending(struct vcpu *vcpu);

/* ---- vcpu_irq.c ------------------------------------------------------------------------------ */

/* hvip.VSEIP: the guest's external interrupt pends while its controller's output is high. */
static inline void vcpu_write_vseip(bool level)
{
    if (level) {
        csr_set(CSR_HVIP, BIT(IRQ_VS_EXT));
    } else {
        csr_clear(CSR_HVIP, BIT(IRQ_VS_EXT));
    }
}

/*
 * An interrupt of HS-mode while the guest ran: the same function answers it fast
 * (world.fast_irq) and slow. True: the guest goes on at once; false: the run loop must look
 * at the vCPU's state (its VM has stopped, or it must start afresh).
 */
bool vcpu_fast_irq(struct world *w, uint64_t scause);

/* Serves interrupts that came while no guest ran: sstatus.SIE is 0, so none of them traps. */
void vcpu_poll_irqs(struct vcpu *vcpu);

/* Makes the guest take a trap: "Trap Entry" into VS-mode. */
void vcpu_inject(struct vcpu *vcpu, uint64_t cause, uint64_t value);
