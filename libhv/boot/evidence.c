/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks the page tables as they are, walked from the satp CSR: no page is writable and
 * executable, every stack has a hole below it, and no page is a guest's. Else boot stops.
 */
#include "hyp.h"

#include <hyp/arch/csr.h>
#include <hyp/base/assert.h>

struct findings {
    const struct hyp *h;
    uint64_t leaves;
    uint64_t write_exec;
    uint64_t guest;
};

/* Counts the leaves that overlap `memory`, of a run of `count` from `pa` on, `size` bytes each. */
static uint64_t leaves_in(uint64_t pa, uint64_t size, uint64_t count, struct range memory)
{
    uint64_t end = pa + count * size;
    uint64_t memory_end = memory.start + memory.size;
    uint64_t first = memory.start > pa ? align_down(memory.start - pa, size) : 0;
    uint64_t last = memory_end < end ? memory_end - pa : end - pa;
    return (last - first + size - 1) / size;
}

static uint64_t count_guest_memory(const struct hyp *h, const struct ptable_run *run)
{
    uint64_t size = ptable_leaf_size(run->level);
    struct range range = {.start = pte_pa(run->pte).a, .size = run->count * size};
    uint64_t found = 0;
    for (uint32_t v = 0; v < hyp_config.vm_count; v++) {
        if ((h->plan.runnable & BIT(v)) == 0) {
            continue; /* Refused: it has no memory. */
        }
        for (uint32_t i = 0; i < hyp_config.vms[v].mem_count; i++) {
            struct range mem = {
                .start = h->plan.mem_hpa[v][i],
                .size = hyp_config.vms[v].mem[i].size,
            };
            if (mem.start != CONFIG_NOWHERE && range_overlaps(mem, range)) {
                found += leaves_in(range.start, size, run->count, mem);
            }
        }
    }
    return found;
}

static enum hyp_status visit(void *context, const struct ptable_run *run)
{
    struct findings *a = context;
    unsigned perm = pte_perm(run->pte);
    a->leaves += run->count;
    a->write_exec += (perm & (PTE_W | PTE_X)) == (PTE_W | PTE_X) ? run->count : 0;
    a->guest += count_guest_memory(a->h, run);
    return HYP_OK;
}

/* Stacks of harts in use whose page below their lowest byte is mapped. */
static uint32_t count_open_stacks(const struct hyp *h, uint64_t satp)
{
    uint32_t open = 0;
    struct ptable_leaf leaf;
    for (uint32_t i = 0; i < h->machine.hart_count; i++) {
        const struct host_hart *hh = h->harts[i];
        if (hh == 0) {
            continue;
        }
        uintptr_t below[2] = {hh->hart.stack_top - (HART_STACK_PAGES + 1) * HYP_PAGE_SIZE,
                              hh->hart.fault_stack_top -
                                  (HART_FAULT_STACK_PAGES + 1) * HYP_PAGE_SIZE};
        for (unsigned n = 0; n < 2; n++) {
            open += hspace_walk(&h->phys, satp, below[n], &leaf) != HYP_E_ABSENT;
            open += hspace_walk(&h->phys, satp, below[n] + HYP_PAGE_SIZE, &leaf) != HYP_OK;
        }
    }
    return open;
}

static void audit(struct hyp *h)
{
    struct findings a = {.h = h};
    uint64_t satp = csr_read(CSR_SATP);
    enum hyp_status walked = hspace_for_each_run(&h->phys, satp, visit, &a);
    uint32_t open = count_open_stacks(h, satp);
    log_line(&h->log, "space_leaves=%lu write_exec=%lu guest_pages=%lu open_stacks=%u", a.leaves,
             a.write_exec, a.guest, open);
    bool sound = walked == HYP_OK && a.write_exec == 0 && a.guest == 0 && open == 0;
    HYP_REQUIRE(sound);
}

__attribute__((used, section(".hyp_part"))) static const struct hyp_part part = {
    .at = {[HYP_READY] = audit}};
