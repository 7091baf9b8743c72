/* SPDX-License-Identifier: Apache-2.0 */
/* An interrupt has one owner, and the controller of its VM has it. */
#include "config_check_rules.h"

#include "config_owner.h"

#define SOURCES_MAX 1024 /* Of a PLIC and of an APLIC, source 0 included. */

/* Devices of one owner may share an interrupt. */
static void check_pair(struct config_run *run, const struct config_held_device *a,
                       const struct config_held_device *b)
{
    if (a->device == b->device || a->vm_bit == b->vm_bit) {
        return;
    }
    for (uint32_t i = 0; i < 4 && a->device->irq[i] != 0; i++) {
        for (uint32_t j = 0; j < 4 && b->device->irq[j] != 0; j++) {
            if (a->device->irq[i] == b->device->irq[j]) {
                config_violation(run, CONFIG_IRQ_TWICE, a->vm_bit | b->vm_bit,
                                 "interrupt %u is owned by " OWNER " and " OWNER, a->device->irq[i],
                                 OWNER_ARGS(a->owner), OWNER_ARGS(b->owner));
            }
        }
    }
}

static void report_beyond(struct config_run *run, uint32_t vm, const char *device, uint32_t irq,
                          uint32_t last)
{
    config_violation(run, CONFIG_IRQ_GUEST, config_vm_bit(vm),
                     "vm %s has interrupt %u (%s), but its interrupt controller takes 1 to %u",
                     run->config->vms[vm].name, irq, device, last);
}

static void check_irq(struct config_run *run, uint32_t vm, const struct hyp_device *device,
                      uint32_t irq)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    uint32_t count = vm_config->irqc.source_count;
    /* A VM without a controller polls its devices. */
    if (vm_config->irqc.model != HYP_IRQC_NONE && count >= 2 && irq >= count) {
        report_beyond(run, vm, device->name, irq, count - 1);
    }
    if (vm_config->console.kind == VM_CONSOLE_VUART && irq == vm_config->console.irq) {
        config_violation(run, CONFIG_IRQ_CLASH, config_vm_bit(vm),
                         "interrupt %u of vm %s is that of its %s and of its console", irq,
                         vm_config->name, device->name);
    }
}

static void check_irqc(struct config_run *run, uint32_t vm)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    enum hyp_irqc_model model = vm_config->irqc.model;
    uint32_t count = model == HYP_IRQC_NONE ? 1 : vm_config->irqc.source_count;
    if (model != HYP_IRQC_NONE && (count < 2 || count > SOURCES_MAX)) {
        config_violation(run, CONFIG_IRQC_SOURCES, config_vm_bit(vm),
                         "vm %s has %u interrupt sources, %s takes 2 to %u", vm_config->name, count,
                         model == HYP_IRQC_PLIC ? "a PLIC" : "an APLIC", SOURCES_MAX);
        return;
    }
    if (vm_config->irqc_else_count > CONFIG_IRQC_ELSE_MAX) {
        config_violation(run, CONFIG_IRQC_ELSE, config_vm_bit(vm),
                         "vm %s names %u other interrupt controllers, at most %u are supported",
                         vm_config->name, vm_config->irqc_else_count, CONFIG_IRQC_ELSE_MAX);
    }
    if (vm_config->console.kind == VM_CONSOLE_VUART && vm_config->console.irq >= count) {
        report_beyond(run, vm, "console", vm_config->console.irq, count - 1);
    }
}

void config_check_irqs(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        const struct vm_config *vm_config = &run->config->vms[vm];
        check_irqc(run, vm);
        for (uint32_t k = 0; k < vm_config->device_count; k++) {
            const struct hyp_device *device =
                config_find_device(run->platform, vm_config->devices[k].name);
            for (uint32_t i = 0; device != NULL && i < 4 && device->irq[i] != 0; i++) {
                check_irq(run, vm, device, device->irq[i]);
            }
            config_for_later_devices(run, vm, k, check_pair);
        }
    }
}
