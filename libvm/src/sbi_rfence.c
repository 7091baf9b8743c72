/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remote fences (SBI RFENCE) between the harts of one VM.
 *
 * A target fences at least what was requested: it fences its whole VS-stage in place of a range, so
 * two bits of vcpu->pending hold any number of requests. The requesting hart waits until each
 * target has fenced. It handles its own requests meanwhile, so two harts that request fences of
 * each other do not wait for ever.
 *
 *   requesting hart                      target: vcpu_handle_pending()
 *   1. sets a bit in pending             1. reads fence_requested
 *   2. ticket = ++fence_requested        2. takes all bits of pending
 *   3. sends an IPI                      3. fences
 *   4. waits for fence_done >= ticket    4. fence_done = the count read in 1
 */
#include <hyp/arch/fence.h>
#include <hyp/arch/hart.h>

#include "sbi.h"
#include "vcpu.h"

#define ASID_BITS_MAX 16  /* "Supervisor Address Translation and Protection (satp) Register" */
#define PAGE_FENCE_MAX 64 /* More pages than this are fenced by one fence of everything. */

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
    /* Counts pages, as the end of the range may be 2^64. */
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

/* A stopped vCPU needs no request: it fences when it starts. */
static bool must_fence(const struct vcpu *vcpu)
{
    uint32_t state = __atomic_load_n(&vcpu->hsm_state, __ATOMIC_ACQUIRE);
    return state != SBI_HSM_STOPPED && state != SBI_HSM_START_PENDING;
}

static bool has_fenced(const struct vcpu *target, uint64_t ticket)
{
    /* Pairs with the release store of fence_done in vcpu_handle_pending(). */
    return (int64_t)(__atomic_load_n(&target->fence_done, __ATOMIC_ACQUIRE) - ticket) >= 0;
}

/* Not inlined: tests/bench counts the path without the turns of this loop. */
static __attribute__((noinline)) void wait_for_fence(struct vcpu *self, struct vcpu *target,
                                                     uint64_t ticket)
{
    do {
        if (!must_fence(target) || !vm_is_running(self->vm)) {
            return;
        }
        /* The target may wait for this hart in turn: one of these shows such a request. */
        if (__atomic_load_n(&self->pending, __ATOMIC_RELAXED) != 0 ||
            __atomic_load_n(&self->fence_requested, __ATOMIC_RELAXED) != self->fence_done) {
            vcpu_handle_pending(self);
        }
        hart_relax();
    } while (!has_fenced(target, ticket));
}

/* Requests a fence of those vCPUs of the set that must fence. Returns the set of these vCPUs. */
static uint64_t request_fences(struct vm *vm, uint64_t set, uint64_t bits,
                               uint64_t ticket[VM_VCPU_MAX])
{
    uint64_t requested = 0;
    uint64_t harts = 0;
    uint32_t last = 0;
    for (uint64_t i = 0; set >> i != 0; i++) {
        struct vcpu *target = vm->vcpus[i];
        if ((set >> i & 1) != 0 && must_fence(target)) {
            /* The bit before the ticket, the ticket before the IPI: see vcpu_handle_pending(). */
            __atomic_fetch_or(&target->pending, bits, __ATOMIC_RELEASE);
            ticket[i] = __atomic_add_fetch(&target->fence_requested, 1, __ATOMIC_RELEASE);
            requested |= BIT(i);
            last = target->hart_index;
            harts |= BIT(last);
        }
    }
    vm_send_ipis(vm->host, harts, last);
    return requested;
}

static int64_t fence_others(struct vcpu *self, uint64_t set, uint64_t bits)
{
    uint64_t ticket[VM_VCPU_MAX];
    /*
     * Orders the guest's writes before the reads of hsm_state: a hart that starts meanwhile is seen
     * as started, or its own fence sees the writes. Pairs with start() in run.c, where the fence
     * after set_started() orders that store before the walks of the guest's page tables.
     */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    set = request_fences(self->vm, set, bits, ticket);
    struct vcpu **target = self->vm->vcpus;
    for (const uint64_t *t = ticket; set != 0; t++, target++, set >>= 1) {
        if ((set & 1) != 0 && !has_fenced(*target, *t)) {
            wait_for_fence(self, *target, *t);
        }
    }
    return SBI_SUCCESS;
}

int64_t sbi_rfence(uint64_t mask, uint64_t hart_base, uint64_t start, uint64_t size, uint64_t asid,
                   uint64_t a5, uint64_t fid)
{
    struct vcpu *vcpu = (struct vcpu *)hart_self()->world;
    (void)a5;
    /* HFENCE calls are for guests with the hypervisor extension; no guest has it. */
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
    if (fid == SBI_RFENCE_SFENCE_VMA_ASID && asid >> ASID_BITS_MAX != 0) {
        return SBI_ERR_INVALID_PARAM;
    }
    uint64_t self = BIT(vcpu->id);
    if ((set.value & self) != 0) {
        fence_self(fid, start, size, asid);
    }
    if ((set.value & ~self) == 0) {
        return SBI_SUCCESS;
    }
    return fence_others(vcpu, set.value & ~self,
                        fid == SBI_RFENCE_FENCE_I ? VCPU_PENDING_FENCE_I
                                                  : VCPU_PENDING_HFENCE_VVMA);
}
