/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts: those of HS-mode while a guest runs, and the guest's external interrupt. */
#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/hart.h>

#include "vcpu.h"

/* ---- The guest's external interrupt ---------------------------------------------------------- */

void vcpu_set_external(struct vcpu *vcpu, bool level)
{
    __atomic_store_n(&vcpu->ext_level, level, __ATOMIC_RELAXED);
    if (vcpu->hart_index != hart_self()->index) {
        vcpu_notify(vcpu, VCPU_PENDING_EXT);
    } else {
        vcpu_write_vseip(level);
    }
}

/* ---- Interrupts of HS-mode ------------------------------------------------------------------- */

static bool vcpu_is_runnable(const struct vcpu *vcpu)
{
    return vm_is_running(vcpu->vm) && vcpu->hsm_state == SBI_HSM_STARTED;
}

static bool handle_soft_irq(struct vcpu *vcpu)
{
    struct vm_host_ops *host = vcpu->vm->host;
    csr_clear(CSR_SIP, BIT(IRQ_S_SOFT));
    fence_io(); /* A request that a sender makes after this point raises the interrupt again. */
    vcpu_handle_pending(vcpu);
    if (host->ipi_work != NULL) {
        host->ipi_work(host, vcpu);
    }
    return vcpu_is_runnable(vcpu);
}

/* Handles each pending interrupt once, so that none of them can delay another for long. */
static bool handle_irqs(struct vcpu *vcpu, uint64_t pending)
{
    struct vm_host_ops *host = vcpu->vm->host;
    if ((pending & BIT(IRQ_S_TIMER)) != 0) {
        host->timer_expired(host, vcpu);
    }
    if ((pending & BIT(IRQ_S_EXT)) != 0) {
        host->handle_external_irq(host, vcpu);
    }
    return (pending & BIT(IRQ_S_SOFT)) == 0 || handle_soft_irq(vcpu);
}

bool vcpu_fast_irq(struct world *world, uint64_t scause)
{
    struct vcpu *vcpu = (struct vcpu *)world;
    struct vm_host_ops *host = vcpu->vm->host;
    /* scause names the pending interrupt of the highest priority; sip shows all of them. */
    uint64_t pending = (csr_read(CSR_SIP) | BIT(scause & 63)) & HS_INTERRUPTS;
    if (pending == BIT(IRQ_S_EXT)) {
        host->handle_external_irq(host, vcpu);
        return true;
    }
    if (pending == BIT(IRQ_S_SOFT)) {
        return handle_soft_irq(vcpu);
    }
    return handle_irqs(vcpu, pending);
}

void vcpu_poll_irqs(struct vcpu *vcpu)
{
    (void)handle_irqs(vcpu, csr_read(CSR_SIP) & csr_read(CSR_SIE) & HS_INTERRUPTS);
}
