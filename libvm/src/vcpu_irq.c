/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts of HS-mode while a guest runs, and what the guest is made to take. */
#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/hart.h>

#include "vcpu.h"

/* ---- What the guest takes -------------------------------------------------------------------- */

void vcpu_set_external(struct vcpu *vcpu, bool level)
{
    __atomic_store_n(&vcpu->ext_level, level, __ATOMIC_RELAXED);
    if (vcpu->hart_index != hart_self()->index) {
        vcpu_notify(vcpu, VCPU_PENDING_EXT);
    } else {
        vcpu_write_vseip(level);
    }
}

HYP_COLD void vcpu_inject(struct vcpu *vcpu, uint64_t cause, uint64_t value)
{
    struct world *w = &vcpu->world;
    uint64_t vs = csr_read(CSR_VSSTATUS);
    bool supervisor = (w->sstatus & SSTATUS_SPP) != 0;
    uint64_t spie = (vs & SSTATUS_SIE) != 0 ? SSTATUS_SPIE : 0;
    vs &= ~(SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE);
    csr_write(CSR_VSSTATUS, vs | spie | (supervisor ? SSTATUS_SPP : 0));
    csr_write(CSR_VSEPC, w->sepc);
    csr_write(CSR_VSCAUSE, cause);
    csr_write(CSR_VSTVAL, value);
    w->sepc = csr_read(CSR_VSTVEC) & ~UINT64_C(3);
    w->sstatus |= SSTATUS_SPP;
    w->hstatus |= HSTATUS_SPVP;
}

/* ---- Interrupts of HS-mode ------------------------------------------------------------------- */

static bool may_run(const struct vcpu *vcpu)
{
    return __atomic_load_n(&vcpu->vm->stop_reason, __ATOMIC_RELAXED) == VM_RUNNING &&
           vcpu->hsm_state == SBI_HSM_STARTED;
}

static bool take_soft(struct vcpu *vcpu)
{
    struct vm_host_ops *host = vcpu->vm->host;
    csr_clear(CSR_SIP, BIT(IRQ_S_SOFT));
    fence_io(); /* A bit that a sender sets from here on interrupts again. */
    vcpu_take_pending(vcpu);
    if (host->ipi_work != 0) {
        host->ipi_work(host, vcpu);
    }
    return may_run(vcpu);
}

/* Each of the interrupts that pend, once: none of them waits for another one to end. */
static __attribute__((noinline)) bool take_irqs(struct vcpu *vcpu, uint64_t pending)
{
    struct vm_host_ops *host = vcpu->vm->host;
    if ((pending & BIT(IRQ_S_TIMER)) != 0) {
        host->timer_expired(host, vcpu);
    }
    if ((pending & BIT(IRQ_S_EXT)) != 0) {
        host->external(host, vcpu);
    }
    return (pending & BIT(IRQ_S_SOFT)) == 0 || take_soft(vcpu);
}

bool vcpu_fast_irq(struct world *w, uint64_t scause)
{
    struct vcpu *vcpu = (struct vcpu *)w;
    struct vm_host_ops *host = vcpu->vm->host;
    /* scause names the first by priority. One that pends alone is answered at once. */
    uint64_t pending = (csr_read(CSR_SIP) | BIT(scause & 63)) & HS_INTERRUPTS;
    if (pending == BIT(IRQ_S_EXT)) {
        host->external(host, vcpu);
        return true;
    }
    if (pending == BIT(IRQ_S_SOFT)) {
        return take_soft(vcpu);
    }
    return take_irqs(vcpu, pending);
}

void vcpu_poll_irqs(struct vcpu *vcpu)
{
    (void)take_irqs(vcpu, csr_read(CSR_SIP) & csr_read(CSR_SIE) & HS_INTERRUPTS);
}
