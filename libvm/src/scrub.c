/* SPDX-License-Identifier: Apache-2.0 */
/* Divides the memory of a VM among its harts, and clears each hart's share. */
#include <hyp/vm/scrub.h>

#include <hyp/arch/guest_mem.h>

#include "vcpu.h"

/* ---- Ranges ---------------------------------------------------------------------------------- */

HYP_COLD static struct range intersection(struct range a, struct range b)
{
    if (!range_overlaps(a, b)) {
        return (struct range){.start = a.start, .size = 0};
    }
    uint64_t start = a.start > b.start ? a.start : b.start;
    uint64_t a_end = a.start + a.size;
    uint64_t b_end = b.start + b.size;
    return (struct range){.start = start, .size = (a_end < b_end ? a_end : b_end) - start};
}

/* There is room: each region adds one range, and each exclusion adds at most one. */
HYP_COLD void scrub_add(struct scrub *s, struct range region)
{
    s->clear[s->count++] = region;
}

/* Excludes a range. `bytes` are the bytes of that range, or NULL; those to be cleared become 0. */
HYP_COLD static void exclude(struct scrub *s, struct range hole, uint8_t *bytes)
{
    for (uint32_t i = 0, count = s->count; i < count; i++) {
        struct range *r = &s->clear[i];
        struct range both = intersection(*r, hole);
        uint64_t end = both.start + both.size;
        if (both.size == 0) {
            continue;
        }
        for (uint64_t gpa = both.start; bytes != NULL && gpa < end; gpa++) {
            bytes[gpa - hole.start] = 0;
        }
        struct range tail = {.start = end, .size = r->start + r->size - end};
        r->size = both.start - r->start;
        if (r->size == 0) {
            *r = tail;
        } else if (tail.size != 0) {
            scrub_add(s, tail);
        }
    }
}

HYP_COLD void scrub_exclude(struct scrub *s, struct range hole)
{
    exclude(s, hole, NULL);
}

HYP_COLD void scrub_place_code(struct scrub *s, struct range code)
{
    exclude(s, code, s->saved);
    s->code_gpa = code.start;
    s->code_size = (uint32_t)code.size;
}

/* Start of a hart's share, as an offset into all bytes to clear. */
static uint64_t share_start(uint64_t total, uint32_t hart, uint32_t harts)
{
    return hart == harts ? total : align_down(total / harts * hart, HYP_PAGE_SIZE);
}

HYP_COLD struct range scrub_share(const struct scrub *s, uint32_t i, uint32_t hart, uint32_t harts)
{
    uint64_t total = 0;
    uint64_t before = 0;
    for (uint32_t k = 0; k < s->count; k++) {
        before += k < i ? s->clear[k].size : 0;
        total += s->clear[k].size;
    }
    uint64_t first = share_start(total, hart, harts);
    struct range share = {.start = first, .size = share_start(total, hart + 1, harts) - first};
    struct range part = intersection((struct range){before, s->clear[i].size}, share);
    return (struct range){.start = s->clear[i].start + (part.start - before), .size = part.size};
}

/* ---- On the VM's harts ----------------------------------------------------------------------- */

/* Runs the routine of scrub_code.h, which takes its arguments in a0 to a2 and ends by an ecall. */
HYP_COLD static void clear(struct vcpu *vcpu, struct range r)
{
    struct vm *vm = vcpu->vm;
    struct world *w = &vcpu->world;
    w->gpr[10] = r.start;
    w->gpr[11] = r.start + r.size;
    w->gpr[12] = vm->grant.cboz_block;
    w->sepc = vm->scrub.code_gpa;
    while (vm_is_running(vm)) {
        world_switch(w);
        if ((w->scause & CAUSE_INTERRUPT) == 0) {
            if (w->scause != CAUSE_ECALL_VS) {
                vm_stop(vm, VM_STOP_MEMORY);
            }
            return;
        }
        (void)vcpu_fast_irq(w, w->scause);
    }
}

HYP_COLD void scrub_run(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    struct scrub *s = &vm->scrub;
    for (uint32_t i = 0; i < s->count; i++) {
        struct range share = scrub_share(s, i, vcpu->id, vm->vcpu_count);
        if (share.size != 0) {
            clear(vcpu, share);
        }
    }
    for (uint32_t i = 0; i < WORLD_EXIT_COUNT; i++) {
        vcpu->world.exits[i] = 0; /* Exits of the routine are not the guest's. */
    }
    /* Pairs with the acquire load in scrub_is_done(): all harts see the memory cleared. */
    if (__atomic_sub_fetch(&s->harts_left, 1, __ATOMIC_ACQ_REL) == 0 && vcpu->id != 0) {
        vcpu_notify(vm->vcpus[0], VCPU_PENDING_START);
    }
}

HYP_COLD bool scrub_is_done(const struct vm *vm)
{
    return vm->scrub.count == 0 || __atomic_load_n(&vm->scrub.harts_left, __ATOMIC_ACQUIRE) == 0;
}

HYP_COLD void scrub_finish(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    struct scrub *s = &vm->scrub;
    enum hyp_status status = HYP_OK;
    if (!vm_is_running(vm)) {
        return;
    }
    if (s->count != 0) {
        status = guest_mem_write(GPA(s->code_gpa), s->saved, s->code_size);
    }
    spinlock_lock(&vm->lock);
    if (status == HYP_OK && vm->memory_cleared != NULL) {
        status = vm->memory_cleared(vm);
    }
    spinlock_unlock(&vm->lock);
    if (status != HYP_OK) {
        vm_stop(vm, VM_STOP_MEMORY);
    }
}
