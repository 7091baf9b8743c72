/* SPDX-License-Identifier: Apache-2.0 */
/* Host memory by itself: one owner each; place of the hypervisor, shape of its pool. */
#include "config_check_rules.h"

#include "config_owner.h"

static void check_mem_shape(struct config_run *run, uint32_t vm, const struct vm_mem *mem)
{
    struct config_finding f = {
        .blocked = config_vm_bit(vm), .a = config_owner_vm(run->config, vm), .x = mem->gpa};
    const char *names[] = {"gpa", "size", "hpa"};
    uint64_t values[] = {mem->gpa, mem->size, mem->hpa_fixed ? mem->hpa : 0};
    for (uint32_t k = 0; k < ARRAY_COUNT(values); k++) {
        if (!is_aligned(values[k], HYP_PAGE_SIZE)) {
            f.rule = CONFIG_MEM_ALIGN;
            f.thing = names[k];
            f.y = values[k];
            config_tell(run, &f);
        }
    }
    /* A page that can be written but not read is reserved in the ISA. */
    if (mem->access > HYP_ACCESS_RWX ||
        (mem->access & (HYP_ACCESS_R | HYP_ACCESS_W)) == HYP_ACCESS_W) {
        f.rule = CONFIG_MEM_ACCESS;
        f.y = mem->access;
        config_tell(run, &f);
    }
    /* A region to be kept has a known place and a name. */
    if (mem->keep && (!mem->hpa_fixed || mem->name == NULL || mem->name[0] == '\0')) {
        f.rule = CONFIG_MEM_KEEP;
        config_tell(run, &f);
    }
}

/* A fixed region against those of VMs after it, and after it in its own. */
static void check_against_vms(struct config_run *run, uint32_t vm, uint32_t i, struct range r)
{
    for (uint32_t other = vm; other < run->config->vm_count; other++) {
        const struct vm_config *c = &run->config->vms[other];
        for (uint32_t j = other == vm ? i + 1 : 0; j < c->mem_count; j++) {
            if (!c->mem[j].hpa_fixed || !config_mem_is_sound(run->in, &c->mem[j])) {
                continue;
            }
            struct config_finding f = {.rule = CONFIG_MEM_OVERLAP,
                                       .blocked = config_vm_bit(vm) | config_vm_bit(other),
                                       .a = config_owner_vm(run->config, vm),
                                       .b = config_owner_vm(run->config, other)};
            config_tell_overlap(run, &f, r, config_range(c->mem[j].hpa, c->mem[j].size));
        }
    }
}

/* A region, fixed or placed, against registers that no VM may have. */
static void check_regs(struct config_run *run, uint32_t vm, struct range r)
{
    struct config_finding f = {.rule = CONFIG_MEM_DEVICE,
                               .blocked = config_vm_bit(vm),
                               .a = config_owner_vm(run->config, vm)};
    struct hyp_regs regs;
    for (uint32_t k = 0; config_regs_get(run->platform, k, &regs); k++) {
        f.b = (struct config_owner){regs.owner, NULL};
        config_tell_overlap(run, &f, r, config_range_of(regs.mem));
    }
}

/* A fixed region against the board's devices. */
static void check_devices(struct config_run *run, uint32_t vm, struct range r)
{
    const struct hyp_platform *platform = run->platform;
    struct config_finding f = {.rule = CONFIG_MEM_DEVICE,
                               .blocked = config_vm_bit(vm),
                               .a = config_owner_vm(run->config, vm)};
    for (uint32_t k = 0; k < platform->device_count; k++) {
        const struct hyp_device *device = &platform->devices[k];
        f.b = (struct config_owner){"device", device->name};
        config_tell_overlap(run, &f, r, config_range(device->hpa, device->size));
    }
}

static void check_hypervisor_place(struct config_run *run)
{
    struct hyp_mem own = config_hypervisor_mem(run->in);
    uint64_t hole;
    bool in_ram = range_covers(config_range(0, BIT(56)), own.hpa, own.size) &&
                  config_ram_covers(run->in, config_range_of(own), &hole);
    if (!in_ram || range_overlaps(config_range_of(own), config_range_of(run->platform->firmware))) {
        struct config_finding f = {.rule = CONFIG_HYP_RAM,
                                   .blocked = config_vm_all(run->config),
                                   .a = {"the hypervisor", NULL},
                                   .b = config_owner_world(run->in),
                                   .x = own.hpa,
                                   .y = own.size};
        config_tell(run, &f);
    }
}

static void check_region(struct config_run *run, uint32_t vm, uint32_t i)
{
    const struct vm_mem *mem = &run->config->vms[vm].mem[i];
    check_mem_shape(run, vm, mem);
    if (!config_mem_is_sound(run->in, mem)) {
        return;
    }
    if (run->plan->mem_hpa[vm][i] != CONFIG_NOWHERE) {
        check_regs(run, vm, config_range(run->plan->mem_hpa[vm][i], mem->size));
    }
    if (mem->hpa_fixed) {
        check_devices(run, vm, config_range(mem->hpa, mem->size));
        check_against_vms(run, vm, i, config_range(mem->hpa, mem->size));
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
    struct config_finding f = {.a = {"configuration", run->config->name},
                               .blocked = config_vm_all(run->config),
                               .x = run->config->pool_size};
    if (!is_aligned(run->config->pool_size, HYP_PAGE_SIZE)) {
        f.rule = CONFIG_POOL_ALIGN;
        config_tell(run, &f);
    }
    if (run->config->pool_size > CONFIG_POOL_MAX) {
        f.rule = CONFIG_POOL_LARGE;
        f.y = CONFIG_POOL_MAX;
        config_tell(run, &f);
    }
}
