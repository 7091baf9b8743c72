/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remote fences. A target does at least what was asked: a range becomes "everything of this
 * VM's VS-stage", so that requests of any number coalesce into two bits. The asker waits until
 * each target has passed the fence, and does its own pending work meanwhile, so two
 * harts that ask each other do not wait for ever. Targets are harts of the same VM.
 */
#include <hyp/arch/fence.h>
#include <hyp/arch/hart.h>

#include "sbi.h"
#include "vcpu.h"

#define PAGE_FENCE_MAX 64 /* Above so many pages, everything is cheaper. */

static inline void fence_self(uint64_t fid, uint64_t start, uint64_t size, uint64_t asid)
{
    bool has_asid = fid == SBI_RFENCE_SFENCE_VMA_ASID;
    if (fid == SBI_RFENCE_FENCE_I) {
        fence_i();
        return;
    }
    if (size == UINT64_MAX || size > PAGE_FENCE_MAX * HYP_PAGE_SIZE || (start | size) == 0) {
        if (has_asid) {
            fence_hfence_vvma_asid_all(asid);
        } else {
            fence_hfence_vvma_all();
        }
        return;
    }
    /* Counted, as the end may be 2^64. */
    uint64_t page = start & ~(HYP_PAGE_SIZE - 1);
    uint64_t count = size != 0 ? ((start + size - 1 - page) >> HYP_PAGE_SHIFT) + 1 : 0;
    for (; count != 0; count--, page += HYP_PAGE_SIZE) {
        if (has_asid) {
            fence_hfence_vvma_asid(GVA(page), asid);
        } else {
            fence_hfence_vvma(GVA(page));
        }
    }
}

/* A stopped vCPU has nothing cached: it fences when it starts. */
static bool is_running(const struct vcpu *v)
{
    uint32_t state = __atomic_load_n(&v->hsm_state, __ATOMIC_ACQUIRE);
    return state != SBI_HSM_STOPPED && state != SBI_HSM_START_PENDING;
}

static bool has_fenced(const struct vcpu *target, uint64_t ticket)
{
    /* Pairs with the release store of fence_done in vcpu_take_pending(). */
    return (int64_t)(__atomic_load_n(&target->fence_done, __ATOMIC_ACQUIRE) - ticket) >= 0;
}

/* Not inlined, so that tests/bench can tell its turns from the path. */
static __attribute__((noinline)) void wait_for(struct vcpu *self, struct vcpu *target,
                                               uint64_t ticket)
{
    do {
        if (!is_running(target) ||
            __atomic_load_n(&self->vm->stop_reason, __ATOMIC_RELAXED) != VM_RUNNING) {
            return;
        }
        /* It may be waited for itself: what it is asked for shows in one of these. */
        if (__atomic_load_n(&self->pending, __ATOMIC_RELAXED) != 0 ||
            __atomic_load_n(&self->fence_asked, __ATOMIC_RELAXED) != self->fence_done) {
            vcpu_take_pending(self);
        }
        hart_relax();
    } while (!has_fenced(target, ticket));
}

/* Asks those vCPUs of the set that run, and interrupts all their harts at once. Returns them. */
static uint64_t ask(struct vm *vm, uint64_t set, uint64_t bits, uint64_t ticket[VM_VCPU_MAX])
{
    uint64_t asked = 0;
    uint64_t harts = 0;
    uint32_t last = 0;
    for (uint64_t i = 0; set >> i != 0; i++) {
        struct vcpu *v = vm->vcpus[i];
        if ((set >> i & 1) != 0 && is_running(v)) {
            /* Bits before the ticket, ticket before the IPI: see vcpu_take_pending(). */
            __atomic_fetch_or(&v->pending, bits, __ATOMIC_RELEASE);
            ticket[i] = __atomic_add_fetch(&v->fence_asked, 1, __ATOMIC_RELEASE);
            asked |= BIT(i);
            last = v->hart_index;
            harts |= BIT(last);
        }
    }
    vm_send_ipis(vm->host, harts, last);
    return asked;
}

static __attribute__((noinline)) int64_t fence_others(struct vcpu *self, uint64_t set,
                                                      uint64_t bits)
{
    uint64_t ticket[VM_VCPU_MAX];
    /*
     * What the guest wrote before its call is visible before we look who runs: a hart that starts
     * meanwhile is seen as running, or its fence sees the write. Pairs with vcpu_wait() in run.c,
     * where the fence after set_started() orders that store before the walks of the guest's tables.
     */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    set = ask(self->vm, set, bits, ticket);
    struct vcpu **next = self->vm->vcpus;
    for (const uint64_t *t = ticket; set != 0; t++, next++, set >>= 1) {
        if ((set & 1) != 0 && !has_fenced(*next, *t)) {
            wait_for(self, *next, *t);
        }
    }
    return SBI_SUCCESS;
}

int64_t sbi_rfence(uint64_t mask, uint64_t hart_base, uint64_t start, uint64_t size, uint64_t asid,
                   uint64_t a5, uint64_t fid)
{
    struct vcpu *vcpu = (struct vcpu *)hart_self()->world;
    (void)a5;
    /* HFENCE calls are for guests with the H extension, which ours do not have. */
    if (fid > SBI_RFENCE_SFENCE_VMA_ASID) {
        return SBI_ERR_NOT_SUPPORTED;
    }
    struct sbi_ret set = sbi_hart_set(vcpu->vm, mask, hart_base);
    if (set.error != SBI_SUCCESS) {
        return set.error;
    }
    bool has_range = fid != SBI_RFENCE_FENCE_I && size != UINT64_MAX && size != 0;
    if (has_range && size - 1 > UINT64_MAX - start) {
        return SBI_ERR_INVALID_ADDRESS;
    }
    uint64_t self = BIT(vcpu->id);
    if ((set.value & self) != 0) {
        fence_self(fid, start, size, asid);
    }
    if ((set.value & ~self) == 0) {
        return SBI_SUCCESS;
    }
    return fence_others(vcpu, set.value & ~self,
                        fid == SBI_RFENCE_FENCE_I ? VCPU_PENDING_FENCE_I : VCPU_PENDING_VVMA);
}
