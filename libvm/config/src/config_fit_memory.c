/* SPDX-License-Identifier: Apache-2.0 */
/* The host memory of VMs is RAM, and neither the hypervisor's nor the firmware's. */
#include "config_fit_rules.h"

static void check_fixed(struct config_run *run, const struct config_region *region)
{
    const struct hyp_mem *reserved;
    uint32_t count = config_reserved(run->in, &reserved);
    uint64_t hole;
    if (!config_ram_covers(run->in, region->range, &hole)) {
        struct config_owner provider = config_owner_provider(run->in);
        config_violation(run, CONFIG_MEM_ABSENT, config_vm_bit(region->vm),
                         "mem[%u] of vm %s needs host memory at 0x%lx, 0x%lx bytes, which is not "
                         "RAM of " OWNER,
                         region->index, run->config->vms[region->vm].name, hole,
                         region->range.start + region->range.size - hole, OWNER_ARGS(provider));
    }
    struct config_claim other = {config_range_of(config_hypervisor_mem(run->in)),
                                 {"the hypervisor", ""}};
    config_check_overlap(run, CONFIG_MEM_HYP, region, &other);
    other.owner.kind = "the firmware";
    for (uint32_t k = 0; k < count; k++) {
        other.range = config_range_of(reserved[k]);
        config_check_overlap(run, CONFIG_MEM_FIRMWARE, region, &other);
    }
}

/* A region of a shape that config_mem_is_sound() refuses. */
static void report_unsound(struct config_run *run, uint32_t vm, uint32_t i)
{
    const struct vm_mem *mem = &run->config->vms[vm].mem[i];
    uint64_t all = mem->gpa | mem->size | (mem->hpa_fixed ? mem->hpa : 0);
    /* A misaligned one violates E-MEM-ALIGN, and a missing G-stage mode is reported once. */
    if (is_aligned(all, HYP_PAGE_SIZE) && config_gpa_bits(run->in) != 0) {
        struct config_owner provider = config_owner_provider(run->in);
        config_violation(run, CONFIG_MEM_RANGE, config_vm_bit(vm),
                         "mem[%u] of vm %s at gpa 0x%lx, 0x%lx bytes, is empty or beyond "
                         "what " OWNER " can map",
                         i, run->config->vms[vm].name, mem->gpa, mem->size, OWNER_ARGS(provider));
    }
}

static void check_region(struct config_run *run, uint32_t vm, uint32_t i)
{
    const struct vm_mem *mem = &run->config->vms[vm].mem[i];
    uint64_t hpa = run->plan->mem_hpa[vm][i];
    if (!config_mem_is_sound(run->in, mem)) {
        report_unsound(run, vm, i);
    } else if (mem->hpa_fixed) {
        struct config_region region = {config_range(hpa, mem->size), vm, i};
        check_fixed(run, &region);
    } else if (hpa == CONFIG_NOWHERE) {
        struct config_owner provider = config_owner_provider(run->in);
        config_violation(run, CONFIG_MEM_FULL, config_vm_bit(vm),
                         "mem[%u] of vm %s at gpa 0x%lx needs 0x%lx bytes, " OWNER
                         " has no such free RAM",
                         i, run->config->vms[vm].name, mem->gpa, mem->size, OWNER_ARGS(provider));
    }
}

void config_fit_memory(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        for (uint32_t i = 0; i < run->config->vms[vm].mem_count; i++) {
            check_region(run, vm, i);
        }
    }
}
