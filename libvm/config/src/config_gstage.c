/* SPDX-License-Identifier: Apache-2.0 */
/* The G-stage of a VM: its mode, and the exact count of its tables. */
#include "config_gstage.h"

#include "config_irqc.h"
#include "config_resources.h"

/* A mapping of a VM's G-stage: a region, a device, or its IMSICs. */
struct mapping {
    uint64_t gpa;
    uint64_t hpa;
    uint64_t size;
};

#define LEVELS 4 /* Levels of Sv57x4 whose entries can point to a table. */
#define MAPPING_MAX (CONFIG_MEM_MAX + CONFIG_DEVICE_MAX + 1)

/* Gets mapping k of a VM. False: it cannot be mapped. */
static bool mapping_get(const struct config_input *in, const struct config_plan *plan, uint32_t vm,
                        uint32_t k, struct mapping *map)
{
    const struct vm_config *vm_config = &in->config->vms[vm];
    if (k < vm_config->mem_count) {
        *map =
            (struct mapping){vm_config->mem[k].gpa, plan->mem_hpa[vm][k], vm_config->mem[k].size};
        return map->hpa != CONFIG_NOWHERE;
    }
    k -= vm_config->mem_count;
    if (k == vm_config->device_count) {
        /* Each IMSIC is a leaf of 4 KiB, so their host addresses do not matter. */
        struct range imsics = config_imsics(vm_config);
        *map = (struct mapping){imsics.start, imsics.start, imsics.size};
    } else {
        const struct hyp_device *device = config_device(in, vm, k);
        if (device == NULL) {
            return false;
        }
        *map = (struct mapping){vm_config->devices[k].gpa, device->hpa, device->size};
    }
    uint32_t bits = config_gpa_bits(in);
    return bits != 0 && range_covers(config_range(0, BIT(bits)), map->gpa, map->size);
}

static uint32_t mapping_count(const struct vm_config *vm)
{
    return vm->mem_count + vm->device_count + (config_has_imsics(vm) ? 1 : 0);
}

/* Mappings by ascending gpa: their numbers for mapping_get(). */
struct sorted {
    uint32_t count;
    uint8_t index[MAPPING_MAX];
    uint64_t gpa[MAPPING_MAX];
};

static void sort_mappings(const struct config_input *in, const struct config_plan *plan,
                          uint32_t vm, struct sorted *sorted)
{
    struct mapping map;
    sorted->count = 0;
    for (uint32_t k = 0; k < mapping_count(&in->config->vms[vm]); k++) {
        if (mapping_get(in, plan, vm, k, &map)) {
            uint32_t at = sorted->count++;
            for (; at > 0 && sorted->gpa[at - 1] > map.gpa; at--) {
                sorted->gpa[at] = sorted->gpa[at - 1];
                sorted->index[at] = sorted->index[at - 1];
            }
            sorted->gpa[at] = map.gpa;
            sorted->index[at] = (uint8_t)k;
        }
    }
}

/*
 * Counts the tables to which entries of BIT(shift) bytes point for this mapping. An entry that can
 * be a leaf points to none. Entries below number *next were counted for earlier mappings.
 */
static uint64_t count_tables(const struct mapping *map, unsigned shift, uint64_t *next)
{
    uint64_t end[2] = {map->gpa >> shift, (map->gpa + map->size - 1) >> shift};
    uint64_t n = 0;
    if (shift > 30 || !is_aligned(map->gpa ^ map->hpa, BIT(shift))) {
        uint64_t first = end[0] > *next ? end[0] : *next;
        n = end[1] + 1 > first ? end[1] + 1 - first : 0;
        *next = first + n;
        return n;
    }
    /* gpa and hpa are congruent, so only the first and the last entry can be partly mapped. */
    for (uint32_t i = 0; i < 2; i++) {
        if (end[i] >= *next &&
            !range_covers(config_range(map->gpa, map->size), end[i] << shift, BIT(shift))) {
            n++;
            *next = end[i] + 1;
        }
    }
    return n;
}

uint64_t config_gstage_tables(const struct config_input *in, const struct config_plan *plan,
                              uint32_t vm)
{
    struct sorted sorted;
    uint64_t next[LEVELS] = {0};
    uint64_t n = 0;
    unsigned top = config_vm_gpa_bits(in, vm) - 11; /* An entry of the root covers BIT(top). */
    sort_mappings(in, plan, vm, &sorted);
    for (uint32_t i = 0; i < sorted.count; i++) {
        struct mapping map;
        (void)mapping_get(in, plan, vm, sorted.index[i], &map);
        for (unsigned shift = 21; shift <= top; shift += 9) {
            n += count_tables(&map, shift, &next[shift / 9 - 2]);
        }
    }
    return n;
}

/* Widens `bits` until the mode translates [gpa, gpa + size); no mode is wider than Sv57x4. */
static uint32_t widen(uint32_t bits, uint64_t gpa, uint64_t size)
{
    uint64_t last = gpa + size - 1;
    while (last >> CONFIG_GPA_BITS_MAX == 0 && last >> bits != 0) {
        bits += 9;
    }
    return bits;
}

uint32_t config_vm_gpa_bits(const struct config_input *in, uint32_t vm)
{
    const struct vm_config *vm_config = &in->config->vms[vm];
    uint32_t bits = 41;
    for (uint32_t i = 0; i < vm_config->mem_count; i++) {
        bits = widen(bits, vm_config->mem[i].gpa, vm_config->mem[i].size);
    }
    for (uint32_t i = 0; i < vm_config->device_count; i++) {
        const struct hyp_device *device = config_device(in, vm, i);
        bits = device != NULL ? widen(bits, vm_config->devices[i].gpa, device->size) : bits;
    }
    if (config_has_imsics(vm_config)) {
        struct range imsics = config_imsics(vm_config);
        bits = widen(bits, imsics.start, imsics.size);
    }
    return bits;
}
