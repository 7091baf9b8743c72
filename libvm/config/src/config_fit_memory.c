/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on the world: host memory of VMs is RAM that is nobody's. */
#include "config_fit_rules.h"

/* A fixed region: all of it RAM, none of it the hypervisor's or the firmware's. */
static void check_fixed(struct config_run *run, struct config_finding *f, struct range r)
{
    const struct hyp_mem *taken;
    uint32_t count = config_taken(run->in, &taken);
    uint64_t hole;
    if (!config_ram_covers(run->in, r, &hole)) {
        f->rule = CONFIG_MEM_ABSENT;
        f->x = hole;
        f->y = r.start + r.size - hole;
        config_tell(run, f);
    }
    f->rule = CONFIG_MEM_HYP;
    f->b = (struct config_owner){"the hypervisor", NULL};
    config_tell_overlap(run, f, r, config_range_of(config_hypervisor_mem(run->in)));
    f->rule = CONFIG_MEM_FIRMWARE;
    f->b.kind = "the firmware";
    for (uint32_t k = 0; k < count; k++) {
        config_tell_overlap(run, f, r, config_range_of(taken[k]));
    }
}

static void check_region(struct config_run *run, uint32_t vm, uint32_t i)
{
    const struct vm_mem *mem = &run->config->vms[vm].mem[i];
    uint64_t hpa = run->plan->mem_hpa[vm][i];
    struct config_finding *f = config_about(run, vm);
    f->x = mem->gpa;
    f->y = mem->size;
    if (!config_mem_is_sound(run->in, mem)) {
        uint64_t all = mem->gpa | mem->size | (mem->hpa_fixed ? mem->hpa : 0);
        f->rule = CONFIG_MEM_RANGE;
        /* Misaligned is E-MEM-ALIGN, and no G-stage mode at all is told once. */
        if (is_aligned(all, HYP_PAGE_SIZE) && config_gpa_bits(run->in) != 0) {
            config_tell(run, f);
        }
    } else if (mem->hpa_fixed) {
        check_fixed(run, f, config_range(hpa, mem->size));
    } else if (hpa == CONFIG_NOWHERE) {
        f->rule = CONFIG_MEM_FULL;
        config_tell(run, f);
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
