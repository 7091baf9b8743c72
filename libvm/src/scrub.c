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
HYP_COLD void scrub_add(struct scrub *scrub, struct range region)
{
    scrub->clear[scrub->count++] = region;
}

/* Excludes a range. `bytes` are the bytes of that range, or NULL; those to be cleared become 0. */
HYP_COLD static void exclude(struct scrub *scrub, struct range hole, uint8_t *bytes)
{
    for (uint32_t i = 0, count = scrub->count; i < count; i++) {
        struct range *range = &scrub->clear[i];
        struct range both = intersection(*range, hole);
        uint64_t end = both.start + both.size;
        if (both.size == 0) {
            continue;
        }
        for (uint64_t gpa = both.start; bytes != NULL && gpa < end; gpa++) {
            bytes[gpa - hole.start] = 0;
        }
        struct range tail = {.start = end, .size = range->start + range->size - end};
        range->size = both.start - range->start;
        if (range->size == 0) {
            *range = tail;
        } else if (tail.size != 0) {
            scrub_add(scrub, tail);
        }
    }
}

HYP_COLD void scrub_exclude(struct scrub *scrub, struct range hole)
{
    exclude(scrub, hole, NULL);
}

HYP_COLD void scrub_place_code(struct scrub *scrub, struct range code)
{
    exclude(scrub, code, scrub->saved);
    scrub->code_gpa = code.start;
    scrub->code_size = (uint32_t)code.size;
}

/* Start of a hart's share, as an offset into all bytes to clear. */
static uint64_t share_start(uint64_t total, uint32_t hart, uint32_t harts)
{
    return hart == harts ? total : align_down(total / harts * hart, HYP_PAGE_SIZE);
}

HYP_COLD struct range scrub_share(const struct scrub *scrub, uint32_t i, uint32_t hart,
                                  uint32_t harts)
{
    uint64_t total = 0;
    uint64_t before = 0;
    for (uint32_t k = 0; k < scrub->count; k++) {
        before += k < i ? scrub->clear[k].size : 0;
        total += scrub->clear[k].size;
    }
    uint64_t first = share_start(total, hart, harts);
    struct range share = {.start = first, .size = share_start(total, hart + 1, harts) - first};
    struct range part = intersection((struct range){before, scrub->clear[i].size}, share);
    return (struct range){.start = scrub->clear[i].start + (part.start - before),
                          .size = part.size};
}

/* ---- On the VM's harts ----------------------------------------------------------------------- */

/* Runs the routine of scrub_code.h, which takes its arguments in a0 to a2 and ends by an ecall. */
HYP_COLD static void clear(struct vcpu *vcpu, struct range range)
{
    struct vm *vm = vcpu->vm;
    struct world *world = &vcpu->world;
    world->gpr[10] = range.start;
    world->gpr[11] = range.start + range.size;
    world->gpr[12] = vm->grant.cboz_block;
    world->sepc = vm->scrub.code_gpa;
    while (vm_is_running(vm)) {
        world_switch(world);
        if ((world->scause & CAUSE_INTERRUPT) == 0) {
            if (world->scause != CAUSE_ECALL_VS) {
                vcpu_stop_at_trap(vcpu);
            }
            return;
        }
        (void)vcpu_fast_irq(world, world->scause);
    }
}

HYP_COLD void scrub_run(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    struct scrub *scrub = &vm->scrub;
    for (uint32_t i = 0; i < scrub->count; i++) {
        struct range share = scrub_share(scrub, i, vcpu->id, vm->vcpu_count);
        if (share.size != 0) {
            clear(vcpu, share);
        }
    }
    for (uint32_t i = 0; i < WORLD_EXIT_COUNT; i++) {
        vcpu->world.exits[i] = 0; /* Exits of the routine are not the guest's. */
    }
    /* Pairs with the acquire load in scrub_is_done(): all harts see the memory cleared. */
    if (__atomic_sub_fetch(&scrub->harts_left, 1, __ATOMIC_ACQ_REL) == 0 && vcpu->id != 0) {
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
    struct scrub *scrub = &vm->scrub;
    enum hyp_status status = HYP_OK;
    if (!vm_is_running(vm)) {
        return;
    }
    if (scrub->count != 0) {
        status = guest_mem_write(GPA(scrub->code_gpa), scrub->saved, scrub->code_size);
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
