/* SPDX-License-Identifier: Apache-2.0 */
/* How much hypervisor pool a plan needs: footprint.h's sum, with G-stage tables counted exactly. */
#include "config_priv.h"

#include <hyp/vm/footprint.h>

/* What the G-stage of a VM maps: its memory, its devices, its IMSICs. */
struct mapping {
    uint64_t gpa;
    uint64_t hpa;
    uint64_t size;
};

static bool mapping_get(const struct config_input *in, const struct config_plan *plan, uint32_t vm,
                        uint32_t k, struct mapping *map)
{
    const struct vm_config *c = &in->config->vms[vm];
    if (k < c->mem_count) {
        *map = (struct mapping){c->mem[k].gpa, plan->mem_hpa[vm][k], c->mem[k].size};
        return map->hpa != CONFIG_NOWHERE;
    }
    k -= c->mem_count;
    if (k == c->device_count) {
        /* Each page of its own, wherever: too few to be a leaf. */
        struct range imsics = config_imsics(c);
        *map = (struct mapping){imsics.start, imsics.start, imsics.size};
    } else {
        const struct hyp_device *device = config_find_device(in->platform, c->devices[k].name);
        if (device == NULL) {
            return false;
        }
        *map = (struct mapping){c->devices[k].gpa, device->hpa, device->size};
    }
    uint32_t bits = config_gpa_bits(in);
    return bits != 0 && range_covers(config_range(0, BIT(bits)), map->gpa, map->size);
}

/* How many mapping_get() knows. */
static uint32_t mapping_count(const struct vm_config *vm)
{
    return vm->mem_count + vm->device_count + (config_has_imsics(vm) ? 1 : 0);
}

/*
 * Does this mapping need a table below the entry for `slot`, which covers BIT(shift) bytes? It does
 * not where it is elsewhere, or where the entry can be one leaf.
 */
static bool needs_table(const struct mapping *map, uint64_t slot, unsigned shift)
{
    struct range entry = config_range(slot << shift, BIT(shift));
    struct range mapped = config_range(map->gpa, map->size);
    if (!range_overlaps(entry, mapped)) {
        return false;
    }
    bool leaf = shift <= 30 && range_covers(mapped, entry.start, entry.size) &&
                is_aligned(map->gpa ^ map->hpa, BIT(shift));
    return !leaf;
}

/* Is the table counted with a mapping before number k? */
static bool is_counted(const struct config_input *in, const struct config_plan *plan, uint32_t vm,
                       uint32_t k, uint64_t slot, unsigned shift)
{
    for (uint32_t j = 0; j < k; j++) {
        struct mapping map;
        if (mapping_get(in, plan, vm, j, &map) && needs_table(&map, slot, shift)) {
            return true;
        }
    }
    return false;
}

static uint64_t count_tables(const struct config_input *in, const struct config_plan *plan,
                             uint32_t vm, uint32_t k, unsigned shift)
{
    struct mapping map;
    if (!mapping_get(in, plan, vm, k, &map)) {
        return 0;
    }
    uint64_t first = map.gpa >> shift;
    uint64_t last = (map.gpa + map.size - 1) >> shift;
    /* Congruent, only the ends of a mapping can be in parts. */
    bool ends = shift <= 30 && is_aligned(map.gpa ^ map.hpa, BIT(shift));
    uint64_t step = ends && last > first ? last - first : 1;
    uint64_t n = 0;
    for (uint64_t slot = first; slot <= last; slot += step) {
        if (needs_table(&map, slot, shift) && !is_counted(in, plan, vm, k, slot, shift)) {
            n++;
        }
    }
    return n;
}

static uint32_t wider(uint32_t bits, uint64_t gpa, uint64_t size)
{
    uint64_t last = gpa + size - 1;
    while (last >> CONFIG_GPA_BITS_MAX == 0 && last >> bits != 0) {
        bits += 9;
    }
    return bits;
}

uint32_t config_vm_gpa_bits(const struct hyp_platform *platform, const struct vm_config *vm)
{
    uint32_t bits = 41;
    for (uint32_t i = 0; i < vm->mem_count; i++) {
        bits = wider(bits, vm->mem[i].gpa, vm->mem[i].size);
    }
    for (uint32_t i = 0; i < vm->device_count; i++) {
        const struct hyp_device *device = config_find_device(platform, vm->devices[i].name);
        bits = device != NULL ? wider(bits, vm->devices[i].gpa, device->size) : bits;
    }
    if (config_has_imsics(vm)) {
        struct range imsics = config_imsics(vm);
        bits = wider(bits, imsics.start, imsics.size);
    }
    return bits;
}

static bool is_embedded(const struct vm_blob *blob)
{
    return blob->name != NULL && !blob->load;
}

static uint64_t vm_need(const struct config_input *in, const struct config_plan *plan, uint32_t vm)
{
    const struct vm_config *c = &in->config->vms[vm];
    uint64_t need = FOOTPRINT_PER_VM + FOOTPRINT_GSTAGE_ROOT;
    need += c->irqc.absent ? 0
                           : footprint_irqc(c->irqc.source_count,
                                            c->vcpu_count * (c->irqc.m_contexts ? 2 : 1));
    bool imsics = c->irqc.model == HYP_IRQC_IMSIC;
    need += c->vcpu_count * (FOOTPRINT_PER_VCPU + (imsics ? FOOTPRINT_PER_IMSIC : 0));
    need += is_embedded(&c->kernel) ? FOOTPRINT_PER_BLOB : 0;
    need += is_embedded(&c->initrd) ? FOOTPRINT_PER_BLOB : 0;
    need += c->console.kind == VM_CONSOLE_NONE ? 0 : FOOTPRINT_PER_CONSOLE;
    unsigned top = config_vm_gpa_bits(in->platform, c) - 11; /* What an entry of the root covers. */
    for (uint32_t k = 0; k < mapping_count(c); k++) {
        for (unsigned shift = 21; shift <= top; shift += 9) {
            need += count_tables(in, plan, vm, k, shift) * FOOTPRINT_GSTAGE_TABLE;
        }
    }
    return need;
}

uint64_t config_pool_need(const struct config_input *in, const struct config_plan *plan)
{
    const struct hyp_config *config = in->config;
    uint64_t console = config->console_hart < HYP_HART_MAX ? BIT(config->console_hart) : 0;
    uint64_t used = 0;
    uint64_t need = FOOTPRINT_FIXED;
    for (uint32_t vm = 0; vm < config->vm_count; vm++) {
        used |= plan->harts[vm];
        need += vm_need(in, plan, vm);
    }
    /* The console leaves a VM's hart for one that is free. */
    uint64_t free = config_present_harts(in) & ~used;
    used |= (used & console) != 0 ? free & (~free + 1) : console;
    uint64_t tree = 0;
    for (uint32_t vm = 0; in->dtbs != NULL && vm < config->vm_count; vm++) {
        tree = in->dtbs[vm].size > tree ? in->dtbs[vm].size : tree;
    }
    need += tree != 0 ? footprint_block(tree) : 0;
    for (; used != 0; used &= used - 1) {
        need += FOOTPRINT_PER_HART;
    }
    return need;
}
