/* SPDX-License-Identifier: Apache-2.0 */
/* The guest-physical addresses of a VM: nothing overlaps, everything is aligned. */
#include "config_check_rules.h"

#include "config_irqc.h"

/* A range of guest-physical addresses that is in use. */
struct window {
    struct range range;
    const char *name;
    uint64_t align; /* 0: memory, which E-MEM-ALIGN is about. */
};

/*
 * The number of a hart is a field of its IMSIC's address: AIA, "Arrangement of the memory regions
 * of multiple interrupt files".
 */
static uint64_t imsics_align(struct range imsics)
{
    uint64_t align = HYP_IMSIC_SIZE;
    while (align < imsics.size) {
        align <<= 1;
    }
    return align;
}

static const char *region_name(uint32_t i)
{
    static const char *const names[CONFIG_MEM_MAX] = {"mem[0]", "mem[1]", "mem[2]", "mem[3]",
                                                      "mem[4]", "mem[5]", "mem[6]", "mem[7]"};
    return names[i];
}

/*
 * Gets window k of a VM: memory, devices, the virtual UART, the interrupt controller, its IMSICs.
 * False: the VM has no such window.
 */
static bool window_get(const struct config_input *in, const struct vm_config *vm, uint32_t k,
                       struct window *window)
{
    if (k < vm->mem_count) {
        *window = (struct window){config_range(vm->mem[k].gpa, vm->mem[k].size), region_name(k), 0};
        return true;
    }
    k -= vm->mem_count;
    if (k < vm->device_count) {
        const struct hyp_device *device = config_find_device(in->platform, vm->devices[k].name);
        *window =
            (struct window){config_range(vm->devices[k].gpa, device != NULL ? device->size : 0),
                            vm->devices[k].name, HYP_PAGE_SIZE};
        return device != NULL;
    }
    if (k == vm->device_count) {
        *window =
            (struct window){config_range(vm->console.gpa, HYP_PAGE_SIZE), "console", HYP_PAGE_SIZE};
        return vm->console.kind == VM_CONSOLE_VUART;
    }
    if (k == vm->device_count + 1) {
        *window = (struct window){config_range(vm->irqc.gpa, config_irqc_size(&vm->irqc)),
                                  "interrupt controller", HYP_PAGE_SIZE};
        return vm->irqc.model != HYP_IRQC_NONE;
    }
    *window = (struct window){config_imsics(vm), "IMSICs", imsics_align(config_imsics(vm))};
    return config_has_imsics(vm);
}

static uint32_t window_count(const struct vm_config *vm)
{
    return vm->mem_count + vm->device_count + 3;
}

static void check_overlap(struct config_run *run, uint32_t vm, const struct window *a,
                          const struct window *b)
{
    if (range_overlaps(a->range, b->range)) {
        uint64_t start = a->range.start > b->range.start ? a->range.start : b->range.start;
        config_violation(run, CONFIG_GPA_OVERLAP, config_vm_bit(vm),
                         "gpa 0x%lx of vm %s holds its %s and its %s", start,
                         run->config->vms[vm].name, a->name, b->name);
    }
}

static void check_align(struct config_run *run, uint32_t vm, const struct window *w)
{
    if (w->align != 0 && !is_aligned(w->range.start, w->align)) {
        config_violation(run, CONFIG_GPA_ALIGN, config_vm_bit(vm),
                         "gpa 0x%lx of %s in vm %s is not a multiple of 0x%lx", w->range.start,
                         w->name, run->config->vms[vm].name, w->align);
    }
}

static void check_windows(struct config_run *run, uint32_t vm)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    for (uint32_t i = 0; i < window_count(vm_config); i++) {
        struct window a;
        if (!window_get(run->in, vm_config, i, &a)) {
            continue;
        }
        check_align(run, vm, &a);
        for (uint32_t j = i + 1; j < window_count(vm_config); j++) {
            struct window b;
            if (window_get(run->in, vm_config, j, &b)) {
                check_overlap(run, vm, &a, &b);
            }
        }
    }
}

void config_check_gpa(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        check_windows(run, vm);
    }
}
