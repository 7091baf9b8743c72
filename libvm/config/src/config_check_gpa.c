/* SPDX-License-Identifier: Apache-2.0 */
/* Guest-physical addresses of a VM: one thing at each place, aligned. */
#include "config_check_rules.h"

#include "config_irqc.h"

/* Something at a place in a guest's physical addresses. */
struct window {
    struct range range;
    const char *name;
    uint64_t align; /* 0: memory, which has a rule of its own. */
};

/* A hart's number is bits of its address: AIA, "Arrangement of the memory regions …". */
static uint64_t imsics_align(struct range imsics)
{
    uint64_t align = HYP_IMSIC_SIZE;
    while (align < imsics.size) {
        align <<= 1;
    }
    return align;
}

/* Window k of a VM: memory, then devices, the virtual UART, the interrupt controller, its IMSICs.
 */
static bool window_get(const struct config_input *in, const struct vm_config *vm, uint32_t k,
                       struct window *w)
{
    if (k < vm->mem_count) {
        *w = (struct window){config_range(vm->mem[k].gpa, vm->mem[k].size), "memory", 0};
        return true;
    }
    k -= vm->mem_count;
    if (k < vm->device_count) {
        const struct hyp_device *device = config_find_device(in->platform, vm->devices[k].name);
        *w = (struct window){config_range(vm->devices[k].gpa, device != NULL ? device->size : 0),
                             vm->devices[k].name, HYP_PAGE_SIZE};
        return device != NULL;
    }
    if (k == vm->device_count) {
        *w =
            (struct window){config_range(vm->console.gpa, HYP_PAGE_SIZE), "console", HYP_PAGE_SIZE};
        return vm->console.kind == VM_CONSOLE_VUART;
    }
    if (k == vm->device_count + 1) {
        *w = (struct window){config_range(vm->irqc.gpa, config_irqc_size(&vm->irqc)),
                             "interrupt controller", HYP_PAGE_SIZE};
        return vm->irqc.model != HYP_IRQC_NONE;
    }
    *w = (struct window){config_imsics(vm), "IMSICs", imsics_align(config_imsics(vm))};
    return config_has_imsics(vm);
}

static uint32_t window_count(const struct vm_config *vm)
{
    return vm->mem_count + vm->device_count + 3;
}

static void check_window_pair(struct config_run *run, uint32_t vm, const struct window *a,
                              const struct window *b)
{
    if (range_overlaps(a->range, b->range)) {
        struct config_finding f = {
            .rule = CONFIG_GPA_OVERLAP,
            .blocked = config_vm_bit(vm),
            .a = config_owner_vm(run->config, vm),
            .b = {b->name, NULL},
            .thing = a->name,
            .x = a->range.start > b->range.start ? a->range.start : b->range.start,
        };
        config_tell(run, &f);
    }
}

static void check_window(struct config_run *run, uint32_t vm, const struct window *w)
{
    if (w->align != 0 && !is_aligned(w->range.start, w->align)) {
        struct config_finding f = {.rule = CONFIG_GPA_ALIGN,
                                   .blocked = config_vm_bit(vm),
                                   .a = config_owner_vm(run->config, vm),
                                   .b = {w->name, NULL},
                                   .x = w->range.start,
                                   .y = w->align};
        config_tell(run, &f);
    }
}

static void check_gpas_of(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    for (uint32_t i = 0; i < window_count(c); i++) {
        struct window a;
        if (!window_get(run->in, c, i, &a)) {
            continue;
        }
        check_window(run, vm, &a);
        for (uint32_t j = i + 1; j < window_count(c); j++) {
            struct window b;
            if (window_get(run->in, c, j, &b)) {
                check_window_pair(run, vm, &a, &b);
            }
        }
    }
}

void config_check_gpa(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        check_gpas_of(run, vm);
    }
}
