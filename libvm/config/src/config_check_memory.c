/* SPDX-License-Identifier: Apache-2.0 */
/* Host memory has one owner; the hypervisor's own memory and the size of its pool. */
#include "config_check_rules.h"

#include "config_owner.h"

static void check_align(struct config_run *run, uint32_t vm, uint32_t i, const char *member,
                        uint64_t value)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    if (!is_aligned(value, HYP_PAGE_SIZE)) {
        config_violation(run, CONFIG_MEM_ALIGN, config_vm_bit(vm),
                         "mem[%u] of vm %s at gpa 0x%lx: %s 0x%lx is not a multiple of 4 KiB", i,
                         vm_config->name, vm_config->mem[i].gpa, member, value);
    }
}

static void check_mem_shape(struct config_run *run, uint32_t vm, uint32_t i)
{
    const struct vm_mem *mem = &run->config->vms[vm].mem[i];
    const char *vm_name = run->config->vms[vm].name;
    check_align(run, vm, i, "gpa", mem->gpa);
    check_align(run, vm, i, "size", mem->size);
    check_align(run, vm, i, "hpa", mem->hpa_fixed ? mem->hpa : 0);
    /* A page that can be written but not read is reserved in the ISA. */
    if (mem->access > HYP_ACCESS_RWX ||
        (mem->access & (HYP_ACCESS_R | HYP_ACCESS_W)) == HYP_ACCESS_W) {
        config_violation(run, CONFIG_MEM_ACCESS, config_vm_bit(vm),
                         "mem[%u] of vm %s at gpa 0x%lx has access 0x%x, which no page can have", i,
                         vm_name, mem->gpa, mem->access);
    }
    if (mem->keep && (!mem->hpa_fixed || mem->name == NULL || mem->name[0] == '\0')) {
        config_violation(run, CONFIG_MEM_KEEP, config_vm_bit(vm),
                         "mem[%u] of vm %s at gpa 0x%lx is kept, so it needs %s", i, vm_name,
                         mem->gpa, mem->hpa_fixed ? "a name" : "hpa_fixed");
    }
}

static void check_pair(struct config_run *run, const struct config_region *a,
                       const struct config_region *b)
{
    const struct vm_config *vms = run->config->vms;
    if (range_overlaps(a->range, b->range)) {
        struct range both = config_common(a->range, b->range);
        config_violation(run, CONFIG_MEM_OVERLAP, config_vm_bit(a->vm) | config_vm_bit(b->vm),
                         "host memory 0x%lx, 0x%lx bytes, is owned by vm %s (mem[%u]) and vm %s "
                         "(mem[%u])",
                         both.start, both.size, vms[a->vm].name, a->index, vms[b->vm].name,
                         b->index);
    }
}

/* Compares a fixed region with the later ones of its VM, and with all of later VMs. */
static void check_against_vms(struct config_run *run, const struct config_region *region)
{
    for (uint32_t other = region->vm; other < run->config->vm_count; other++) {
        const struct vm_config *vm_config = &run->config->vms[other];
        for (uint32_t j = other == region->vm ? region->index + 1 : 0; j < vm_config->mem_count;
             j++) {
            const struct vm_mem *mem = &vm_config->mem[j];
            if (mem->hpa_fixed && config_mem_is_sound(run->in, mem)) {
                struct config_region second = {config_range(mem->hpa, mem->size), other, j};
                check_pair(run, region, &second);
            }
        }
    }
}

/* Compares a region, fixed or placed, with registers that no VM may have. */
static void check_against_regs(struct config_run *run, const struct config_region *region)
{
    struct hyp_regs regs;
    for (uint32_t k = 0; config_regs_get(run->platform, k, &regs); k++) {
        struct config_claim other = {config_range_of(regs.mem), {regs.owner, ""}};
        config_check_overlap(run, CONFIG_MEM_DEVICE, region, &other);
    }
}

/* Compares a fixed region with the platform's devices; placed ones avoid these. */
static void check_against_devices(struct config_run *run, const struct config_region *region)
{
    for (uint32_t k = 0; k < run->platform->device_count; k++) {
        const struct hyp_device *device = &run->platform->devices[k];
        struct config_claim other = {config_range(device->hpa, device->size),
                                     {"device ", device->name}};
        config_check_overlap(run, CONFIG_MEM_DEVICE, region, &other);
    }
}

static void check_hypervisor_place(struct config_run *run)
{
    struct hyp_mem own = config_hypervisor_mem(run->in);
    uint64_t hole;
    bool in_ram = range_covers(config_range(0, BIT(56)), own.hpa, own.size) &&
                  config_ram_covers(run->in, config_range_of(own), &hole);
    if (!in_ram || range_overlaps(config_range_of(own), config_range_of(run->platform->firmware))) {
        struct config_owner provider = config_owner_provider(run->in);
        config_violation(run, CONFIG_HYP_RAM, config_vm_all(run->config),
                         "the hypervisor at 0x%lx, 0x%lx bytes, lies over or beyond the RAM "
                         "that " OWNER " leaves free",
                         own.hpa, own.size, OWNER_ARGS(provider));
    }
}

static void check_region(struct config_run *run, uint32_t vm, uint32_t i)
{
    const struct vm_mem *mem = &run->config->vms[vm].mem[i];
    uint64_t hpa = mem->hpa_fixed ? mem->hpa : run->plan->mem_hpa[vm][i];
    struct config_region region = {config_range(hpa, mem->size), vm, i};
    check_mem_shape(run, vm, i);
    if (!config_mem_is_sound(run->in, mem)) {
        return;
    }
    if (hpa != CONFIG_NOWHERE) {
        check_against_regs(run, &region);
    }
    if (mem->hpa_fixed) {
        check_against_devices(run, &region);
        check_against_vms(run, &region);
    }
}

void config_check_memory(struct config_run *run)
{
    check_hypervisor_place(run);
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        for (uint32_t i = 0; i < run->config->vms[vm].mem_count; i++) {
            check_region(run, vm, i);
        }
    }
}

void config_check_pool(struct config_run *run)
{
    const struct hyp_config *config = run->config;
    if (!is_aligned(config->pool_size, HYP_PAGE_SIZE)) {
        config_violation(run, CONFIG_POOL_ALIGN, config_vm_all(config),
                         "pool_size 0x%lx of configuration %s is not a multiple of 4 KiB",
                         config->pool_size, config->name);
    }
    if (config->pool_size > CONFIG_POOL_MAX) {
        config_violation(run, CONFIG_POOL_LARGE, config_vm_all(config),
                         "pool_size of configuration %s is %lu bytes, room is for %lu",
                         config->name, config->pool_size, CONFIG_POOL_MAX);
    }
}
