/* SPDX-License-Identifier: Apache-2.0 */
/* What other harts want of a vCPU: its own hart takes the bits and does it. */
#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>

#include "mmio.h"
#include "vcpu.h"

void vcpu_take_pending(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    /*
     * A hart that holds a ticket up to `asked` has set its bits before: they are in this
     * exchange, or an earlier one of this hart took them and fenced. Pairs with fence_others().
     */
    uint64_t asked = __atomic_load_n(&vcpu->fence_asked, __ATOMIC_ACQUIRE);
    uint64_t bits = __atomic_exchange_n(&vcpu->pending, 0, __ATOMIC_ACQUIRE);
    if ((bits & VCPU_PENDING_IPI) != 0) {
        csr_set(CSR_HVIP, BIT(IRQ_VS_SOFT));
    }
    if ((bits & VCPU_PENDING_FENCE_I) != 0) {
        fence_i();
    }
    if ((bits & VCPU_PENDING_VVMA) != 0) {
        fence_hfence_vvma_all();
    }
    /* Pairs with the acquire load in has_fenced() of sbi_rfence.c. */
    __atomic_store_n(&vcpu->fence_done, asked, __ATOMIC_RELEASE);
    if ((bits & VCPU_PENDING_MORE) != 0) {
        mmio_more(vcpu);
    }
    if ((bits & (VCPU_PENDING_EXT | VCPU_PENDING_CONSOLE)) != 0) {
        spinlock_lock(&vm->lock);
        if ((bits & VCPU_PENDING_CONSOLE) != 0 && vm->console_update != 0) {
            vm->console_update(vm->console_ctx);
        }
        vcpu_write_vseip(vcpu->ext_level);
        spinlock_unlock(&vm->lock);
    }
}
