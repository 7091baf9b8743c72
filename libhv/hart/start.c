/* SPDX-License-Identifier: Apache-2.0 */
/* Starts harts by SBI HSM; which of them are online, and which have failed. */
#include "libhv/hart/hart.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/sbi_call.h>

#define START_LIMIT_S 10

bool hv_hart_set_boot_state(struct hv_hart *hart, uint32_t state)
{
    uint32_t starting = HV_HART_STARTING;
    /* Release: all that was set up is seen with ONLINE. Pairs with hv_hart_wait_online(). */
    return __atomic_compare_exchange_n(&hart->boot_state, &starting, state, false, __ATOMIC_RELEASE,
                                       __ATOMIC_RELAXED);
}

void hv_hart_stop_vm(struct hv_hart *hart)
{
    const struct vm_stop_place place = {.hart_index = hart->hart.index};
    vm_stop_at(hart->vcpu->vm, VM_STOP_HART, VM_STOP_KNOWS_HART, &place);
}

void hv_hart_set_failed(struct hv_hart *hart)
{
    struct hv_harts *harts = hart->harts;
    if (!hv_hart_set_boot_state(hart, HV_HART_FAILED) || hart->vcpu == NULL) {
        return;
    }
    struct vm *vm = hart->vcpu->vm;
    hv_hart_stop_vm(hart);
    if (__atomic_sub_fetch(&vm->running, 1, __ATOMIC_ACQ_REL) == 0) {
        harts->ops->vm_ended(harts->ctx, vm);
    }
}

/* The VM may route an interrupt to any of its harts, so all are set up before it runs. */
void hv_hart_wait_online(struct hv_harts *harts, const struct vm *vm)
{
    uint64_t limit = csr_read(CSR_TIME) + (uint64_t)START_LIMIT_S * harts->timebase_hz;
    for (uint32_t i = 0; i < vm->vcpu_count; i++) {
        struct hv_hart *hart = harts->hart[vm->vcpus[i]->hart_index];
        /* Pairs with the release in hv_hart_set_boot_state(). */
        while (__atomic_load_n(&hart->boot_state, __ATOMIC_ACQUIRE) == HV_HART_STARTING) {
            if (csr_read(CSR_TIME) > limit) {
                hv_hart_set_failed(hart);
            }
            hart_relax();
        }
    }
}

static void start(struct hv_harts *harts, struct hv_hart *hart)
{
    hpa_t pa = phys_of_ptr(harts->phys, hart);
    struct sbi_ret r = sbi_call(SBI_EXT_HSM, SBI_HSM_START, hart->hart.id,
                                hart_start_address(harts->load_hpa), pa.a);
    if (r.error != SBI_SUCCESS) {
        harts->ops->start_failed(harts->ctx, hart->hart.id, (long)r.error);
        hv_hart_set_failed(hart);
    }
}

_Noreturn void hv_harts_start(struct hv_harts *harts, uint32_t me)
{
    hart_self()->index = me; /* From here on IPIs can tell this hart from others. */
    for (uint32_t i = 0; i < harts->count; i++) {
        if (i != me && harts->hart[i] != NULL) {
            start(harts, harts->hart[i]);
        }
    }
    if (harts->hart[me] == NULL) {
        hart_park();
    }
    hart_enter(&harts->hart[me]->hart);
}
