/* SPDX-License-Identifier: Apache-2.0 */
/* Audits the hypervisor's own page table, from the satp CSR on; then the VMs'. */
#include "libhv/boot/audit.h"

#include <hyp/arch/csr.h>

struct violations {
    const struct hv_boot *boot;
    uint64_t leaves;
    uint64_t write_exec;
    uint64_t guest;
};

/* Counts leaves that overlap `memory`: a run has `count` leaves of `size` bytes, from `pa` on. */
static uint64_t leaves_in(uint64_t pa, uint64_t size, uint64_t count, struct range memory)
{
    uint64_t end = pa + count * size;
    uint64_t memory_end = memory.start + memory.size;
    uint64_t first = memory.start > pa ? align_down(memory.start - pa, size) : 0;
    uint64_t last = memory_end < end ? memory_end - pa : end - pa;
    return (last - first + size - 1) / size;
}

static uint64_t count_guest_memory(const struct hv_boot *boot, const struct ptable_run *run)
{
    const struct hyp_config *config = boot->build->config;
    uint64_t size = ptable_leaf_size(run->level);
    struct range range = {.start = pte_pa(run->pte).a, .size = run->count * size};
    uint64_t found = 0;
    for (uint32_t v = 0; v < config->vm_count; v++) {
        if ((boot->plan.runnable & BIT(v)) == 0) {
            continue; /* A refused VM has no memory. */
        }
        for (uint32_t i = 0; i < config->vms[v].mem_count; i++) {
            struct range mem = {
                .start = boot->plan.mem_hpa[v][i],
                .size = config->vms[v].mem[i].size,
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
    struct violations *found = context;
    unsigned perm = pte_perm(run->pte);
    found->leaves += run->count;
    found->write_exec += (perm & (PTE_W | PTE_X)) == (PTE_W | PTE_X) ? run->count : 0;
    found->guest += count_guest_memory(found->boot, run);
    return HYP_OK;
}

/* Counts stacks whose guard page is mapped, or whose lowest page is not. */
static uint32_t count_open_stacks(const struct hv_audit *audit, uint64_t satp)
{
    static const uint64_t pages[2] = {HV_STACK_PAGES, HV_FAULT_STACK_PAGES};
    const struct phys_map *phys = &audit->boot->memory.phys;
    uint32_t open = 0;
    struct ptable_leaf leaf;
    for (uint32_t i = 0; i < audit->boot->machine.hart_count; i++) {
        for (unsigned n = 0; n < 2 && audit->stack_top[i][n] != 0; n++) {
            uint64_t below = audit->stack_top[i][n] - (pages[n] + 1) * HYP_PAGE_SIZE;
            open += hspace_walk(phys, satp, below, &leaf) != HYP_E_ABSENT;
            open += hspace_walk(phys, satp, below + HYP_PAGE_SIZE, &leaf) != HYP_OK;
        }
    }
    return open;
}

bool hv_audit_space(const struct hv_audit *audit)
{
    struct violations found = {.boot = audit->boot};
    uint64_t satp = csr_read(CSR_SATP);
    enum hyp_status walked = hspace_for_each_run(&audit->boot->memory.phys, satp, visit, &found);
    uint32_t open = count_open_stacks(audit, satp);
    log_line(audit->boot->log, "space_leaves=%lu write_exec=%lu guest_pages=%lu open_stacks=%u",
             found.leaves, found.write_exec, found.guest, open);
    return walked == HYP_OK && found.write_exec == 0 && found.guest == 0 && open == 0;
}

bool hv_audit(struct hv_audit *audit)
{
    return hv_audit_space(audit) && hv_audit_gstages(audit);
}
