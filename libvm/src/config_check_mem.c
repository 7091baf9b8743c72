/* SPDX-License-Identifier: Apache-2.0 */
/* Harts, host memory and guest-physical layout: who owns what, and only once. */
#include "config_check_priv.h"

/* ---- Harts ---- */

static void check_hart_pair(struct config_run *run, uint32_t i, uint32_t j)
{
    const struct hyp_config *config = run->config;
    uint64_t both = config->vms[i].hart_mask & config->vms[j].hart_mask;
    for (; both != 0; both &= both - 1) {
        struct config_finding f = {.rule = CONFIG_HART_TWICE,
                                   .blocked = config_vm_bit(i) | config_vm_bit(j),
                                   .a = config_owner_vm(config, i),
                                   .b = config_owner_vm(config, j),
                                   .x = bits_first(both)};
        config_check_tell(run, &f);
    }
}

static uint32_t mask_count(uint64_t mask)
{
    uint32_t n = 0;
    for (; mask != 0; mask &= mask - 1) {
        n++;
    }
    return n;
}

/* Harts that a VM names and the world lacks. */
static void check_named_harts(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    uint32_t have = config_hart_count(run->in);
    uint64_t missing = have >= HYP_HART_MAX ? 0 : c->hart_mask & ~(BIT(have) - 1);
    bool enough = run->in->machine != NULL && run->plan->harts[vm] != 0;
    if (missing != 0 && !enough) {
        struct config_finding f = {.rule = CONFIG_HART_ABSENT,
                                   .blocked = config_vm_bit(vm),
                                   .a = config_owner_vm(run->config, vm),
                                   .b = config_owner_world(run->in),
                                   .x = bits_first(missing),
                                   .y = have};
        config_check_tell(run, &f);
    }
}

static void check_vm_harts(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    uint32_t named = mask_count(c->hart_mask);
    struct config_finding f = {
        .blocked = config_vm_bit(vm), .a = config_owner_vm(run->config, vm), .x = c->vcpu_count};
    if (c->vcpu_count == 0 || (named != 0 && c->vcpu_count > named)) {
        f.rule = CONFIG_VCPU_COUNT;
        f.y = named;
        config_check_tell(run, &f);
        return;
    }
    if (named != 0) {
        check_named_harts(run, vm);
    } else if (run->plan->harts[vm] == 0) {
        uint64_t taken = c->real_time ? BIT(run->config->console_hart & 63) : 0;
        for (uint32_t i = 0; i < run->config->vm_count; i++) {
            taken |= run->plan->harts[i] | run->config->vms[i].hart_mask;
        }
        uint32_t have = config_hart_count(run->in);
        taken &= have >= HYP_HART_MAX ? UINT64_MAX : BIT(have) - 1;
        f.rule = CONFIG_HART_FREE;
        f.b = config_owner_world(run->in);
        f.y = have - mask_count(taken);
        config_check_tell(run, &f);
    }
    if (c->real_time && run->config->console_hart < HYP_HART_MAX &&
        (c->hart_mask & BIT(run->config->console_hart)) != 0) {
        f.rule = CONFIG_CONSOLE_RT;
        f.b = (struct config_owner){"the console", NULL};
        f.x = run->config->console_hart;
        config_check_tell(run, &f);
    }
}

void config_check_harts(struct config_run *run)
{
    for (uint32_t i = 0; i < run->config->vm_count; i++) {
        check_vm_harts(run, i);
        for (uint32_t j = i + 1; j < run->config->vm_count; j++) {
            check_hart_pair(run, i, j);
        }
    }
}

/* ---- Host memory ---- */

static void check_mem_shape(struct config_run *run, uint32_t vm, const struct vm_mem *mem)
{
    struct config_finding f = {
        .blocked = config_vm_bit(vm), .a = config_owner_vm(run->config, vm), .x = mem->gpa};
    const char *names[] = {"gpa", "size", "hpa"};
    uint64_t values[] = {mem->gpa, mem->size, mem->hpa_fixed ? mem->hpa : 0};
    bool aligned = true;
    for (uint32_t k = 0; k < ARRAY_COUNT(values); k++) {
        if (!is_aligned(values[k], HYP_PAGE_SIZE)) {
            f.rule = CONFIG_MEM_ALIGN;
            f.thing = names[k];
            f.y = values[k];
            aligned = false;
            config_check_tell(run, &f);
        }
    }
    if (aligned && config_gpa_bits(run->in) != 0 && !config_check_mem_is_sound(run->in, mem)) {
        f.rule = CONFIG_MEM_RANGE;
        f.b = config_owner_world(run->in);
        f.y = mem->size;
        config_check_tell(run, &f);
    }
    /* A page that can be written but not read is reserved in the ISA. */
    if (mem->access > HYP_ACCESS_RWX ||
        (mem->access & (HYP_ACCESS_R | HYP_ACCESS_W)) == HYP_ACCESS_W) {
        f.rule = CONFIG_MEM_ACCESS;
        f.y = mem->access;
        config_check_tell(run, &f);
    }
}

/* The end of the RAM range that `at` is in, or `at` itself. */
static uint64_t ram_end(const struct config_input *in, uint64_t at)
{
    uint32_t count = in->machine != NULL ? in->machine->mem_count : in->platform->mem_count;
    const struct hyp_mem *ram = in->machine != NULL ? in->machine->mem : in->platform->mem;
    for (uint32_t k = 0; k < count; k++) {
        if (range_is_valid(config_range_of(ram[k])) &&
            range_contains(config_range_of(ram[k]), at)) {
            return ram[k].hpa + ram[k].size;
        }
    }
    return at;
}

/* Is `r` RAM? Ranges may touch, in any order. `hole` becomes the first byte that is not. */
static bool ram_covers(const struct config_input *in, struct range r, uint64_t *hole)
{
    uint64_t end = r.start + r.size;
    uint64_t next = ram_end(in, r.start);
    *hole = r.start;
    while (next > *hole && next < end) {
        *hole = next;
        next = ram_end(in, next);
    }
    return next >= end;
}

/* Tells the finding, with the common part of `r` and `other`, if there is one. */
static void tell_overlap(struct config_run *run, struct config_finding f, struct range r,
                         struct range other)
{
    if (!range_overlaps(r, other)) {
        return;
    }
    uint64_t r_end = r.start + r.size;
    uint64_t other_end = other.start + other.size;
    f.x = r.start > other.start ? r.start : other.start;
    f.y = (r_end < other_end ? r_end : other_end) - f.x;
    config_check_tell(run, &f);
}

static void check_is_ram(struct config_run *run, uint32_t vm, struct range r)
{
    uint64_t hole;
    if (!ram_covers(run->in, r, &hole)) {
        struct config_finding f = {.rule = CONFIG_MEM_ABSENT,
                                   .blocked = config_vm_bit(vm),
                                   .a = config_owner_vm(run->config, vm),
                                   .b = config_owner_world(run->in),
                                   .x = hole,
                                   .y = r.start + r.size - hole};
        config_check_tell(run, &f);
    }
}

/* A fixed region against everything that is not a VM's memory. */
static void check_fixed(struct config_run *run, uint32_t vm, struct range r)
{
    const struct config_machine *machine = run->in->machine;
    const struct hyp_platform *platform = run->platform;
    struct config_finding f = {.rule = CONFIG_MEM_HYP,
                               .blocked = config_vm_bit(vm),
                               .a = config_owner_vm(run->config, vm),
                               .b = {"the hypervisor", NULL}};
    tell_overlap(run, f, r, config_range_of(config_hypervisor_mem(run->in)));
    uint32_t taken_count = machine != NULL ? machine->reserved_count : 1;
    const struct hyp_mem *taken = machine != NULL ? machine->reserved : &platform->firmware;
    for (uint32_t k = 0; k < taken_count; k++) {
        f.rule = CONFIG_MEM_FIRMWARE;
        f.b = (struct config_owner){"the firmware", NULL};
        tell_overlap(run, f, r, config_range_of(taken[k]));
    }
    f.rule = CONFIG_MEM_DEVICE;
    for (uint32_t k = 0; k < platform->device_count; k++) {
        const struct hyp_device *device = &platform->devices[k];
        f.b = (struct config_owner){"device", device->name};
        tell_overlap(run, f, r, config_range(device->hpa, device->size));
    }
    f.b = (struct config_owner){"the interrupt controller", NULL};
    tell_overlap(run, f, r, config_range(platform->irqc.hpa, platform->irqc.size));
}

/* A fixed region against those of VMs after it, and after it in its own. */
static void check_against_vms(struct config_run *run, uint32_t vm, uint32_t i, struct range r)
{
    for (uint32_t other = vm; other < run->config->vm_count; other++) {
        const struct vm_config *c = &run->config->vms[other];
        for (uint32_t j = other == vm ? i + 1 : 0; j < c->mem_count; j++) {
            if (!c->mem[j].hpa_fixed || !config_check_mem_is_sound(run->in, &c->mem[j])) {
                continue;
            }
            struct config_finding f = {.rule = CONFIG_MEM_OVERLAP,
                                       .blocked = config_vm_bit(vm) | config_vm_bit(other),
                                       .a = config_owner_vm(run->config, vm),
                                       .b = config_owner_vm(run->config, other)};
            tell_overlap(run, f, r, config_range(c->mem[j].hpa, c->mem[j].size));
        }
    }
}

static void check_hypervisor_place(struct config_run *run)
{
    struct hyp_mem own = config_hypervisor_mem(run->in);
    uint64_t hole;
    bool in_ram = range_covers(config_range(0, BIT(56)), own.hpa, own.size) &&
                  ram_covers(run->in, config_range_of(own), &hole);
    if (!in_ram || range_overlaps(config_range_of(own), config_range_of(run->platform->firmware))) {
        struct config_finding f = {.rule = CONFIG_HYP_RAM,
                                   .blocked = config_vm_all(run->config),
                                   .a = {"the hypervisor", NULL},
                                   .b = config_owner_world(run->in),
                                   .x = own.hpa,
                                   .y = own.size};
        config_check_tell(run, &f);
    }
}

static void check_region(struct config_run *run, uint32_t vm, uint32_t i)
{
    const struct vm_mem *mem = &run->config->vms[vm].mem[i];
    check_mem_shape(run, vm, mem);
    if (!config_check_mem_is_sound(run->in, mem)) {
        return;
    }
    if (mem->hpa_fixed) {
        check_is_ram(run, vm, config_range(mem->hpa, mem->size));
        check_fixed(run, vm, config_range(mem->hpa, mem->size));
        check_against_vms(run, vm, i, config_range(mem->hpa, mem->size));
    } else if (run->plan->mem_hpa[vm][i] == CONFIG_NOWHERE) {
        struct config_finding f = {.rule = CONFIG_MEM_FULL,
                                   .blocked = config_vm_bit(vm),
                                   .a = config_owner_vm(run->config, vm),
                                   .b = config_owner_world(run->in),
                                   .x = mem->gpa,
                                   .y = mem->size};
        config_check_tell(run, &f);
    }
}

void config_check_mem(struct config_run *run)
{
    if (run->in->machine == NULL) {
        check_hypervisor_place(run);
    }
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        for (uint32_t i = 0; i < run->config->vms[vm].mem_count; i++) {
            check_region(run, vm, i);
        }
    }
}
