/* SPDX-License-Identifier: Apache-2.0 */
/* Decides at which host addresses the memory of VMs lies. */
#include <hyp/vm/config_plan.h>

#include "config_resources.h"

/* A candidate for the address of a region: the lowest that overlaps nothing seen so far. */
struct spot {
    uint64_t at; /* UINT64_MAX: there is no such address. */
    uint64_t size;
    uint64_t gpa;
    uint64_t align; /* Address and gpa are congruent modulo this. */
};

/* Moves the spot to the lowest congruent address from `from` on. */
static void move_up(struct spot *s, uint64_t from)
{
    uint64_t at = align_down(from, s->align) + (s->gpa & (s->align - 1));
    at += at < from ? s->align : 0;
    s->at = at >= from ? at : UINT64_MAX;
}

/* Moves the spot behind [hpa, hpa + size), if they overlap. If that range wraps, there is no spot.
 */
static void avoid(struct spot *s, uint64_t hpa, uint64_t size)
{
    if (range_overlaps(config_range(hpa, size), config_range(s->at, s->size))) {
        uint64_t end = align_up(hpa + size, HYP_PAGE_SIZE);
        move_up(s, end > s->at ? end : UINT64_MAX);
    }
}

/* Moves the spot behind everything that is not a VM's. */
static void avoid_reserved(const struct config_input *in, struct spot *search)
{
    const struct hyp_platform *platform = in->platform;
    struct hyp_mem own = config_hypervisor_mem(in);
    const struct hyp_mem *reserved;
    uint32_t count = config_reserved(in, &reserved);
    avoid(search, own.hpa, own.size);
    for (uint32_t i = 0; i < count; i++) {
        avoid(search, reserved[i].hpa, reserved[i].size);
    }
    for (uint32_t i = 0; i < platform->device_count; i++) {
        avoid(search, platform->devices[i].hpa, platform->devices[i].size);
    }
    avoid(search, platform->irqc.hpa, platform->irqc.size);
}

static void avoid_vms(const struct config_input *in, const struct config_plan *plan, struct spot *s)
{
    for (uint32_t vm = 0; vm < in->config->vm_count; vm++) {
        const struct vm_config *vm_config = &in->config->vms[vm];
        for (uint32_t i = 0; i < vm_config->mem_count; i++) {
            if (plan->mem_hpa[vm][i] != CONFIG_NOWHERE) {
                avoid(s, plan->mem_hpa[vm][i], vm_config->mem[i].size);
            }
        }
    }
}

/* The lowest free address for a region, with this alignment. */
static uint64_t find_place(const struct config_input *in, const struct config_plan *plan,
                           const struct vm_mem *mem, uint64_t align)
{
    const struct hyp_mem *ram;
    uint32_t count = config_ram(in, &ram);
    struct spot s = {.size = mem->size, .gpa = mem->gpa, .align = align};
    for (uint32_t k = 0; k < count; k++) {
        move_up(&s, align_up(ram[k].hpa, HYP_PAGE_SIZE));
        while (range_covers(config_range_of(ram[k]), s.at, s.size)) {
            uint64_t at = s.at;
            avoid_reserved(in, &s);
            avoid_vms(in, plan, &s);
            if (s.at == at) {
                return at;
            }
        }
    }
    return CONFIG_NOWHERE;
}

static uint64_t place_one(const struct config_input *in, const struct config_plan *plan,
                          const struct vm_mem *mem)
{
    static const uint64_t aligns[] = {HYP_GIB, 2 * HYP_MIB, HYP_PAGE_SIZE};
    uint64_t hpa = CONFIG_NOWHERE;
    for (uint32_t k = 0; hpa == CONFIG_NOWHERE && k < ARRAY_COUNT(aligns); k++) {
        if (mem->size >= aligns[k]) {
            hpa = find_place(in, plan, mem, aligns[k]);
        }
    }
    return hpa;
}

void config_place(const struct config_input *in, struct config_plan *plan)
{
    const struct hyp_config *config = in->config;
    for (uint32_t vm = 0; vm < config->vm_count; vm++) {
        for (uint32_t i = 0; i < config->vms[vm].mem_count; i++) {
            const struct vm_mem *mem = &config->vms[vm].mem[i];
            bool fixed = mem->hpa_fixed && config_mem_is_sound(in, mem);
            plan->mem_hpa[vm][i] = fixed ? mem->hpa : CONFIG_NOWHERE;
        }
    }
    for (uint32_t vm = 0; vm < config->vm_count; vm++) {
        for (uint32_t i = 0; i < config->vms[vm].mem_count; i++) {
            const struct vm_mem *mem = &config->vms[vm].mem[i];
            if (!mem->hpa_fixed && config_mem_is_sound(in, mem)) {
                plan->mem_hpa[vm][i] = place_one(in, plan, mem);
            }
        }
    }
}

uint64_t config_gpa_to_hpa(const struct config_input *in, const struct config_plan *plan,
                           uint32_t vm, uint64_t gpa, uint64_t size)
{
    const struct vm_config *vm_config = &in->config->vms[vm];
    for (uint32_t i = 0; i < vm_config->mem_count; i++) {
        const struct vm_mem *mem = &vm_config->mem[i];
        if (plan->mem_hpa[vm][i] != CONFIG_NOWHERE &&
            range_covers(config_range(mem->gpa, mem->size), gpa, size)) {
            return plan->mem_hpa[vm][i] + (gpa - mem->gpa);
        }
    }
    return CONFIG_NOWHERE;
}
