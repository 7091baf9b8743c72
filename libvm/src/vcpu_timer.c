/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's timer on a machine without Sstc: vcpu->timer, and hvip.VSTIP when it expires. */
#include <hyp/arch/csr.h>

#include "vcpu.h"

int64_t vcpu_set_soft_timer(struct vcpu *vcpu, uint64_t when)
{
    struct vm_host_ops *host = vcpu->vm->host;
    csr_clear(CSR_HVIP, BIT(IRQ_VS_TIMER));
    vcpu->timer = when;
    host->timer_changed(host, vcpu);
    return SBI_SUCCESS;
}

void vcpu_timer_expired(struct vcpu *vcpu, uint64_t now)
{
    if (vcpu->timer <= now) {
        vcpu->timer = UINT64_MAX;
        csr_set(CSR_HVIP, BIT(IRQ_VS_TIMER));
    }
}
