/* SPDX-License-Identifier: Apache-2.0 */
/* An interrupt has one owner, and the controller of its VM has it. */
#include "config_check_rules.h"

#include "config_owner.h"

/* The counts of sources that a PLIC and an APLIC can have, source 0 included. */
#define SOURCES_MIN 2u
#define SOURCES_MAX 1024u

/* Devices of one owner may share an interrupt. */
static void check_pair(struct config_run *run, const struct config_held_device *first,
                       const struct config_held_device *second)
{
    if (first->device == second->device || first->vm_bit == second->vm_bit) {
        return;
    }
    for (uint32_t i = 0; i < hyp_device_irq_count(first->device); i++) {
        for (uint32_t j = 0; j < hyp_device_irq_count(second->device); j++) {
            if (first->device->irq[i] == second->device->irq[j]) {
                config_violation(
                    run, CONFIG_IRQ_TWICE, first->vm_bit | second->vm_bit,
                    "interrupt %u is owned by " OWNER " (device %s) and " OWNER " (device %s)",
                    first->device->irq[i], OWNER_ARGS(first->owner), first->device->name,
                    OWNER_ARGS(second->owner), second->device->name);
            }
        }
    }
}

/* Checks that the VM's controller has an interrupt of a device or of the virtual UART. */
static void check_guest_irq(struct config_run *run, uint32_t vm, const char *device, uint32_t irq)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    uint32_t count = vm_config->irqc.source_count;
    if (vm_config->irqc.model == HYP_IRQC_NONE) {
        config_violation(run, CONFIG_IRQC_NONE, config_vm_bit(vm),
                         "vm %s has interrupt %u (%s), but no interrupt controller",
                         vm_config->name, irq, device);
    } else if (count >= SOURCES_MIN && irq >= count) {
        config_violation(run, CONFIG_IRQ_GUEST, config_vm_bit(vm),
                         "vm %s has interrupt %u (%s), but its interrupt controller takes 1 to %u",
                         vm_config->name, irq, device, count - 1);
    }
}

static void check_device(struct config_run *run, uint32_t vm, const struct hyp_device *device)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    uint32_t count = hyp_device_irq_count(device);
    if (vm_config->irqc.model == HYP_IRQC_NONE && count > 1) {
        count = 1; /* One violation of E-IRQC-NONE is enough for all interrupts of a device. */
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t irq = device->irq[i];
        check_guest_irq(run, vm, device->name, irq);
        if (vm_config->console.kind == VM_CONSOLE_VUART && irq == vm_config->console.irq) {
            config_violation(run, CONFIG_IRQ_CLASH, config_vm_bit(vm),
                             "interrupt %u of vm %s is that of its %s and of its console", irq,
                             vm_config->name, device->name);
        }
    }
}

static void check_irqc(struct config_run *run, uint32_t vm)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    enum hyp_irqc_model model = vm_config->irqc.model;
    uint32_t count = vm_config->irqc.source_count;
    if (model != HYP_IRQC_NONE && (count < SOURCES_MIN || count > SOURCES_MAX)) {
        config_violation(run, CONFIG_IRQC_SOURCES, config_vm_bit(vm),
                         "vm %s has %u interrupt sources, %s takes %u to %u", vm_config->name,
                         count, model == HYP_IRQC_PLIC ? "a PLIC" : "an APLIC", SOURCES_MIN,
                         SOURCES_MAX);
    }
    if (vm_config->irqc_else_count > CONFIG_IRQC_ELSE_MAX) {
        config_violation(run, CONFIG_IRQC_ELSE, config_vm_bit(vm),
                         "vm %s names %u other interrupt controllers, at most %u are supported",
                         vm_config->name, vm_config->irqc_else_count, CONFIG_IRQC_ELSE_MAX);
    }
    /* The UART of a VM may be polled: interrupt 0 is none. */
    if (vm_config->console.kind == VM_CONSOLE_VUART && vm_config->console.irq != 0) {
        check_guest_irq(run, vm, "console", vm_config->console.irq);
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
            if (device != NULL) {
                check_device(run, vm, device);
            }
            config_for_later_devices(run, vm, k, check_pair);
        }
    }
}
