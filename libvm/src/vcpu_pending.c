/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of other harts to a vCPU, handled by its own hart. */
#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>

#include "mmio.h"
#include "vcpu.h"

void vcpu_handle_pending(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    /*
     * fence_requested is read before the bits. A requester sets its bit first and increments the
     * count second, so each request up to `requested` has its bit in this exchange, or an earlier
     * exchange took the bit and this hart fenced then. Pairs with request_fences() in sbi_rfence.c.
     */
    uint64_t requested = __atomic_load_n(&vcpu->fence_requested, __ATOMIC_ACQUIRE);
    uint64_t bits = __atomic_exchange_n(&vcpu->pending, 0, __ATOMIC_ACQUIRE);
    if ((bits & VCPU_PENDING_IPI) != 0) {
        csr_set(CSR_HVIP, BIT(IRQ_VS_SOFT));
    }
    if ((bits & VCPU_PENDING_FENCE_I) != 0) {
        fence_i();
    }
    if ((bits & VCPU_PENDING_HFENCE_VVMA) != 0) {
        fence_hfence_vvma_all();
    }
    /* Pairs with the acquire load in has_fenced() of sbi_rfence.c. */
    __atomic_store_n(&vcpu->fence_done, requested, __ATOMIC_RELEASE);
    if ((bits & VCPU_PENDING_MORE) != 0) {
        mmio_continue(vcpu);
    }
    if ((bits & (VCPU_PENDING_EXT | VCPU_PENDING_CONSOLE)) != 0) {
        spinlock_lock(&vm->lock);
        if ((bits & VCPU_PENDING_CONSOLE) != 0 && vm->console_update != NULL) {
            vm->console_update(vm->console_ctx);
        }
        vcpu_write_vseip(vcpu->ext_level);
        spinlock_unlock(&vm->lock);
    }
}
