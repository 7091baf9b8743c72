/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to vCPUs, made on any hart: bits in vcpu->pending, then an IPI. */
#include <hyp/arch/csr.h>
#include <hyp/arch/hart.h>

#include "vcpu.h"

void vcpu_notify(struct vcpu *vcpu, uint64_t bits)
{
    /* Pairs with the acquire exchange in vcpu_handle_pending(). */
    __atomic_fetch_or(&vcpu->pending, bits, __ATOMIC_RELEASE);
    if (vcpu->hart_index == hart_self()->index) {
        csr_set(CSR_SIP, BIT(IRQ_S_SOFT));
    } else {
        vcpu->vm->host->send_ipi(vcpu->vm->host, vcpu->hart_index);
    }
}

void vm_notify(struct vm *vm, uint64_t vcpus, uint64_t bits)
{
    uint32_t self = hart_self()->index;
    uint32_t last = 0;
    uint64_t harts = 0;
    for (struct vcpu **next = vm->vcpus; vcpus != 0; next++, vcpus >>= 1) {
        struct vcpu *vcpu = *next;
        if ((vcpus & 1) == 0) {
            continue;
        }
        /* Pairs with the acquire exchange in vcpu_handle_pending(). */
        __atomic_fetch_or(&vcpu->pending, bits, __ATOMIC_RELEASE);
        if (vcpu->hart_index == self) {
            csr_set(CSR_SIP, BIT(IRQ_S_SOFT));
        } else {
            last = vcpu->hart_index;
            harts |= BIT(last);
        }
    }
    vm_send_ipis(vm->host, harts, last);
}
