/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a configuration leaves open: harts, and places in memory. */
#include "config_priv.h"

uint32_t config_hart_count(const struct config_input *in)
{
    uint32_t n = in->machine != NULL ? in->machine->hart_count : in->platform->hart_count;
    return n < HYP_HART_MAX ? n : HYP_HART_MAX;
}

uint64_t config_present_harts(const struct config_input *in)
{
    uint32_t n = config_hart_count(in);
    return n == HYP_HART_MAX ? UINT64_MAX : BIT(n) - 1;
}

static uint64_t lowest_bits(uint64_t mask, uint32_t count)
{
    uint64_t taken = 0;
    for (; mask != 0 && count != 0; count--) {
        uint64_t bit = mask & (~mask + 1);
        taken |= bit;
        mask &= ~bit;
    }
    return taken;
}

/* The VM's harts out of `from`: all it asks for, or what is enough for it, or none. */
static uint64_t take_harts(const struct vm_config *vm, uint64_t from)
{
    uint64_t harts = lowest_bits(from, vm->vcpu_count);
    return vm->vcpus_as_found || bits_count(harts) == vm->vcpu_count ? harts : 0;
}

void config_assign_harts(const struct config_input *in, struct config_plan *plan)
{
    const struct hyp_config *config = in->config;
    uint64_t present = config_present_harts(in);
    uint64_t console = config->console_hart < HYP_HART_MAX ? BIT(config->console_hart) : 0;
    uint64_t free = present;
    for (uint32_t i = 0; i < config->vm_count; i++) {
        plan->harts[i] = take_harts(&config->vms[i], config->vms[i].hart_mask & present);
        free &= ~config->vms[i].hart_mask;
    }
    for (uint32_t i = 0; i < config->vm_count; i++) {
        const struct vm_config *vm = &config->vms[i];
        if (vm->hart_mask == 0) {
            plan->harts[i] = take_harts(vm, vm->real_time ? free & ~console : free);
            free &= ~plan->harts[i];
        }
    }
}

uint32_t config_console_hart(const struct config_input *in, const struct config_plan *plan,
                             uint64_t lost)
{
    uint64_t wanted = in->config->console_hart < HYP_HART_MAX ? BIT(in->config->console_hart) : 0;
    uint64_t present = config_present_harts(in);
    uint64_t used = 0;
    uint64_t real_time = 0;
    for (uint32_t i = 0; i < in->config->vm_count; i++) {
        uint64_t harts = (plan->runnable & BIT(i)) != 0 ? plan->harts[i] : 0;
        used |= harts;
        real_time |= in->config->vms[i].real_time ? harts : 0;
    }
    present &= used | ~lost;
    const uint64_t choice[] = {wanted & ~used, ~used, wanted & ~real_time, ~real_time};
    for (uint32_t i = 0; i < ARRAY_COUNT(choice); i++) {
        if ((choice[i] & present) != 0) {
            return bits_first(choice[i] & present);
        }
    }
    return CONFIG_NO_HART;
}

uint32_t config_vm_of_hart(const struct config_input *in, const struct config_plan *plan,
                           uint32_t hart)
{
    uint32_t vm = 0;
    while (vm < in->config->vm_count &&
           ((plan->runnable & BIT(vm)) == 0 || (plan->harts[vm] & BIT(hart)) == 0)) {
        vm++;
    }
    return vm;
}

struct hyp_mem config_hypervisor_mem(const struct config_input *in)
{
    if (in->machine != NULL) {
        return in->machine->hypervisor;
    }
    uint64_t size = in->image_bound != 0 ? in->image_bound : CONFIG_IMAGE_BOUND;
    for (uint32_t i = 0; in->blobs != NULL && i < in->blob_count; i++) {
        size += align_up(in->blobs[i].size, HYP_PAGE_SIZE);
    }
    for (uint32_t i = 0; in->blobs == NULL && i < in->config->vm_count; i++) {
        const struct vm_blob *both[] = {&in->config->vms[i].kernel, &in->config->vms[i].initrd};
        for (uint32_t k = 0; k < 2; k++) {
            if (both[k]->name != NULL && !both[k]->load) {
                size += align_up(both[k]->max_size, HYP_PAGE_SIZE);
            }
        }
    }
    return (struct hyp_mem){in->platform->load_hpa, size + in->config->pool_size};
}

bool config_mem_is_sound(const struct config_input *in, const struct vm_mem *mem)
{
    uint32_t bits = config_gpa_bits(in);
    if (mem->size == 0 || !is_aligned(mem->gpa | mem->size, HYP_PAGE_SIZE) || bits == 0 ||
        !range_covers(config_range(0, BIT(bits)), mem->gpa, mem->size)) {
        return false;
    }
    return !mem->hpa_fixed || (is_aligned(mem->hpa, HYP_PAGE_SIZE) &&
                               range_covers(config_range(0, BIT(56)), mem->hpa, mem->size));
}

/* A place for a region: the lowest address that overlaps nothing seen so far. */
struct spot {
    uint64_t at; /* UINT64_MAX: nowhere. */
    uint64_t size;
    uint64_t gpa;
    uint64_t align; /* Address and gpa are congruent modulo this. */
};

static void move_up(struct spot *s, uint64_t from)
{
    uint64_t at = align_down(from, s->align) + (s->gpa & (s->align - 1));
    at += at < from ? s->align : 0;
    s->at = at >= from ? at : UINT64_MAX;
}

/* Moves the spot behind [hpa, hpa + size), if they overlap. One that wraps is another finding. */
static void avoid(struct spot *s, uint64_t hpa, uint64_t size)
{
    if (range_overlaps(config_range(hpa, size), config_range(s->at, s->size))) {
        uint64_t end = align_up(hpa + size, HYP_PAGE_SIZE);
        move_up(s, end > s->at ? end : UINT64_MAX);
    }
}

static void avoid_others(const struct config_input *in, struct spot *s)
{
    const struct hyp_platform *platform = in->platform;
    struct hyp_mem own = config_hypervisor_mem(in);
    const struct hyp_mem *taken;
    uint32_t count = config_taken(in, &taken);
    avoid(s, own.hpa, own.size);
    for (uint32_t i = 0; i < count; i++) {
        avoid(s, taken[i].hpa, taken[i].size);
    }
    for (uint32_t i = 0; i < platform->device_count; i++) {
        avoid(s, platform->devices[i].hpa, platform->devices[i].size);
    }
    avoid(s, platform->irqc.hpa, platform->irqc.size);
}

static void avoid_vms(const struct config_input *in, const struct config_plan *plan, struct spot *s)
{
    for (uint32_t vm = 0; vm < in->config->vm_count; vm++) {
        const struct vm_config *c = &in->config->vms[vm];
        for (uint32_t i = 0; i < c->mem_count; i++) {
            if (plan->mem_hpa[vm][i] != CONFIG_NOWHERE) {
                avoid(s, plan->mem_hpa[vm][i], c->mem[i].size);
            }
        }
    }
}

/* Moves the spot up until nothing overlaps it. */
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
            avoid_others(in, &s);
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
    const struct vm_config *c = &in->config->vms[vm];
    for (uint32_t i = 0; i < c->mem_count; i++) {
        if (plan->mem_hpa[vm][i] != CONFIG_NOWHERE &&
            range_covers(config_range(c->mem[i].gpa, c->mem[i].size), gpa, size)) {
            return plan->mem_hpa[vm][i] + (gpa - c->mem[i].gpa);
        }
    }
    return CONFIG_NOWHERE;
}
