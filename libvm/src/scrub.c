/* SPDX-License-Identifier: Apache-2.0 */
/* Divides a VM's memory among its harts for clearing, and runs the clearing on each. */
#include <hyp/vm/scrub.h>

#include <hyp/arch/guest_mem.h>

#include "vcpu.h"

/* ---- Ranges ---------------------------------------------------------------------------------- */

__attribute__((noinline)) static struct range common(struct range a, struct range b)
{
    if (!range_overlaps(a, b)) {
        return (struct range){.start = a.start};
    }
    uint64_t start = a.start > b.start ? a.start : b.start;
    uint64_t a_end = a.start + a.size;
    uint64_t b_end = b.start + b.size;
    return (struct range){.start = start, .size = (a_end < b_end ? a_end : b_end) - start};
}

/* There is room: SCRUB_RANGE_MAX counts regions and cuts; only a cut inside one range adds one. */
HYP_COLD void scrub_add(struct scrub *s, struct range region)
{
    s->clear[s->count++] = region;
}

/* `bytes` are those of the hole, or NULL. */
HYP_COLD static void cut(struct scrub *s, struct range hole, uint8_t *bytes)
{
    for (uint32_t i = 0, count = s->count; i < count; i++) {
        struct range *r = &s->clear[i];
        struct range gone = common(*r, hole);
        uint64_t behind = gone.start + gone.size;
        if (gone.size == 0) {
            continue;
        }
        for (uint64_t n = gone.start; bytes != 0 && n < behind; n++) {
            bytes[n - hole.start] = 0;
        }
        struct range rest = {.start = behind, .size = r->start + r->size - behind};
        r->size = gone.start - r->start;
        if (r->size == 0) {
            *r = rest;
        } else if (rest.size != 0) {
            scrub_add(s, rest);
        }
    }
}

HYP_COLD void scrub_cut(struct scrub *s, struct range hole)
{
    cut(s, hole, 0);
}

HYP_COLD void scrub_place(struct scrub *s, struct range place)
{
    cut(s, place, s->under);
    s->place = place.start;
    s->place_size = (uint32_t)place.size;
}

/* The first byte of a hart's share, counted from the first that is cleared. */
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
    struct range part = common((struct range){before, s->clear[i].size}, share);
    return (struct range){.start = s->clear[i].start + (part.start - before), .size = part.size};
}

/* ---- On the VM's harts ----------------------------------------------------------------------- */

static bool is_running(const struct vm *vm)
{
    return __atomic_load_n(&vm->stop_reason, __ATOMIC_RELAXED) == VM_RUNNING;
}

HYP_COLD static void clear(struct vcpu *vcpu, struct range r)
{
    struct vm *vm = vcpu->vm;
    struct world *w = &vcpu->world;
    w->gpr[10] = r.start;
    w->gpr[11] = r.start + r.size;
    w->gpr[12] = vm->grant.cboz_block;
    w->sepc = vm->scrub.place;
    while (is_running(vm)) {
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
        vcpu->world.exits[i] = 0; /* These were not the guest's. */
    }
    /* Pairs with the acquire load in scrub_is_done(): what this hart has cleared is 0 for all. */
    if (__atomic_sub_fetch(&s->left, 1, __ATOMIC_ACQ_REL) == 0 && vcpu->id != 0) {
        vcpu_notify(vm->vcpus[0], VCPU_PENDING_START);
    }
}

HYP_COLD bool scrub_is_done(const struct vm *vm)
{
    return vm->scrub.count == 0 || __atomic_load_n(&vm->scrub.left, __ATOMIC_ACQUIRE) == 0;
}

HYP_COLD void scrub_end(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    struct scrub *s = &vm->scrub;
    enum hyp_status status = HYP_OK;
    if (!is_running(vm)) {
        return;
    }
    if (s->count != 0) {
        status = guest_mem_write(GPA(s->place), s->under, s->place_size);
    }
    spinlock_lock(&vm->lock);
    if (status == HYP_OK && vm->memory_cleared != 0) {
        status = vm->memory_cleared(vm);
    }
    spinlock_unlock(&vm->lock);
    if (status != HYP_OK) {
        vm_stop(vm, VM_STOP_MEMORY);
    }
}
