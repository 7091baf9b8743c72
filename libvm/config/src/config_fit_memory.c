/* SPDX-License-Identifier: Apache-2.0 */
/* The host memory of VMs is RAM, and neither the hypervisor's nor the firmware's. */
#include "config_fit_rules.h"

static void check_fixed(struct config_run *run, uint32_t vm, struct range region)
{
    const struct hyp_mem *reserved;
    uint32_t count = config_reserved(run->in, &reserved);
    struct config_claim claim = config_claim_of_vm(run, vm, region);
    uint64_t hole;
    if (!config_ram_covers(run->in, region, &hole)) {
        struct config_owner provider = config_owner_provider(run->in);
        config_violation(run, CONFIG_MEM_ABSENT, config_vm_bit(vm),
                         OWNER " needs host memory at 0x%lx, 0x%lx bytes, which is not RAM "
                               "of " OWNER,
                         OWNER_ARGS(claim.owner), hole, region.start + region.size - hole,
                         OWNER_ARGS(provider));
    }
    struct config_claim other = {
        config_range_of(config_hypervisor_mem(run->in)), {"the hypervisor", ""}, 0};
    config_check_overlap(run, CONFIG_MEM_HYP, &claim, &other);
    other.owner.kind = "the firmware";
    for (uint32_t k = 0; k < count; k++) {
        other.range = config_range_of(reserved[k]);
        config_check_overlap(run, CONFIG_MEM_FIRMWARE, &claim, &other);
    }
}

/* A region of a shape that config_mem_is_sound() refuses. */
static void report_unsound(struct config_run *run, uint32_t vm, const struct vm_mem *mem)
{
    uint64_t all = mem->gpa | mem->size | (mem->hpa_fixed ? mem->hpa : 0);
    /* A misaligned one violates E-MEM-ALIGN, and a missing G-stage mode is reported once. */
    if (is_aligned(all, HYP_PAGE_SIZE) && config_gpa_bits(run->in) != 0) {
        struct config_owner provider = config_owner_provider(run->in);
        config_violation(run, CONFIG_MEM_RANGE, config_vm_bit(vm),
                         "memory of vm %s at gpa 0x%lx, 0x%lx bytes, is empty or beyond "
                         "what " OWNER " can map",
                         run->config->vms[vm].name, mem->gpa, mem->size, OWNER_ARGS(provider));
    }
}

static void check_region(struct config_run *run, uint32_t vm, uint32_t i)
{
    const struct vm_mem *mem = &run->config->vms[vm].mem[i];
    uint64_t hpa = run->plan->mem_hpa[vm][i];
    if (!config_mem_is_sound(run->in, mem)) {
        report_unsound(run, vm, mem);
    } else if (mem->hpa_fixed) {
        check_fixed(run, vm, config_range(hpa, mem->size));
    } else if (hpa == CONFIG_NOWHERE) {
        struct config_owner provider = config_owner_provider(run->in);
        config_violation(run, CONFIG_MEM_FULL, config_vm_bit(vm),
                         "vm %s needs 0x%lx bytes at gpa 0x%lx, " OWNER " has no such free RAM",
                         run->config->vms[vm].name, mem->size, mem->gpa, OWNER_ARGS(provider));
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
