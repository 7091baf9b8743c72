/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the page tables really say, walked from the satp CSR: no page is writable and
 * executable, every stack has a hole below it, and no page is a guest's. Else boot stops.
 */
#include "hyp.h"

#include <hyp/arch/csr.h>
#include <hyp/base/assert.h>

struct findings {
    const struct hyp *h;
    uint32_t leaves;
    uint32_t write_exec;
    uint32_t guest;
};

static bool is_guest_memory(const struct hyp *h, struct range leaf)
{
    for (uint32_t v = 0; v < hyp_config.vm_count; v++) {
        if ((h->plan.runnable & BIT(v)) == 0) {
            continue; /* Refused: it has no memory. */
        }
        for (uint32_t i = 0; i < hyp_config.vms[v].mem_count; i++) {
            struct range mem = {
                .start = h->plan.mem_hpa[v][i],
                .size = hyp_config.vms[v].mem[i].size,
            };
            if (mem.start != CONFIG_NOWHERE && range_overlaps(mem, leaf)) {
                return true;
            }
        }
    }
    return false;
}

static enum hyp_status visit(void *context, const struct ptable_leaf *leaf)
{
    struct findings *a = context;
    unsigned perm = pte_perm(leaf->pte);
    struct range range = {.start = leaf->pa.a, .size = leaf->size};
    a->leaves++;
    a->write_exec += (perm & PTE_W) != 0 && (perm & PTE_X) != 0;
    a->guest += is_guest_memory(a->h, range);
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
    enum hyp_status walked = hspace_for_each_leaf(&h->phys, satp, visit, &a);
    uint32_t open = count_open_stacks(h, satp);
    log_line(&h->log, "space_leaves=%u write_exec=%u guest_pages=%u open_stacks=%u", a.leaves,
             a.write_exec, a.guest, open);
    bool sound = walked == HYP_OK && a.write_exec == 0 && a.guest == 0 && open == 0;
    HYP_REQUIRE(sound);
}

__attribute__((used, section(".hyp_part"))) static const struct hyp_part part = {
    .at = {[HYP_READY] = audit}};
