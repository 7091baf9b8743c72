/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts: one owner each, and within what the guest's controller has. */
#include "config_check_rules.h"

#include "config_owner.h"

/* Two devices on one interrupt are one owner's business, not two owners'. */
static void check_irq_pair(struct config_run *run, const struct config_holding *a,
                           const struct config_holding *b)
{
    if (a->device == b->device || a->vm_bit == b->vm_bit) {
        return;
    }
    for (uint32_t i = 0; i < hyp_device_irq_count(a->device); i++) {
        for (uint32_t j = 0; j < hyp_device_irq_count(b->device); j++) {
            if (a->device->irq[i] == b->device->irq[j]) {
                struct config_finding f = {.rule = CONFIG_IRQ_TWICE,
                                           .blocked = a->vm_bit | b->vm_bit,
                                           .a = a->owner,
                                           .b = b->owner,
                                           .x = a->device->irq[i]};
                config_tell(run, &f);
            }
        }
    }
}

static void check_irq(struct config_run *run, uint32_t vm, const struct hyp_device *device,
                      uint32_t irq)
{
    const struct vm_config *c = &run->config->vms[vm];
    struct config_finding f = {.blocked = config_vm_bit(vm),
                               .a = config_owner_vm(run->config, vm),
                               .thing = device->name,
                               .x = irq};
    /* A VM without a controller polls its devices. */
    if (c->irqc.model != HYP_IRQC_NONE && c->irqc.source_count >= 2 &&
        irq >= c->irqc.source_count) {
        f.rule = CONFIG_IRQ_GUEST;
        f.b = (struct config_owner){"its interrupt controller", NULL};
        f.y = c->irqc.source_count - 1;
        config_tell(run, &f);
    }
    if (c->console.kind == VM_CONSOLE_VUART && irq == c->console.irq) {
        f.rule = CONFIG_IRQ_CLASH;
        f.b = (struct config_owner){"its console", NULL};
        config_tell(run, &f);
    }
}

static void check_vm_irqc(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    struct config_finding f = {.blocked = config_vm_bit(vm), .a = config_owner_vm(run->config, vm)};
    if (c->irqc.model != HYP_IRQC_NONE &&
        (c->irqc.source_count < 2 || c->irqc.source_count > 1024)) {
        f.rule = CONFIG_IRQC_SOURCES;
        f.b.kind = c->irqc.model == HYP_IRQC_PLIC ? "a PLIC" : "an APLIC";
        f.x = c->irqc.source_count;
        f.y = 1024;
        config_tell(run, &f);
        return;
    }
    if (c->irqc_else_count > CONFIG_IRQC_ELSE_MAX) {
        f.rule = CONFIG_IRQC_ELSE;
        f.x = c->irqc_else_count;
        f.y = CONFIG_IRQC_ELSE_MAX;
        config_tell(run, &f);
    }
    uint32_t count = c->irqc.model == HYP_IRQC_NONE ? 1 : c->irqc.source_count;
    if (c->console.kind == VM_CONSOLE_VUART && c->console.irq >= count) {
        f.rule = CONFIG_IRQ_GUEST;
        f.b = (struct config_owner){"its interrupt controller", NULL};
        f.thing = "console";
        f.x = c->console.irq;
        f.y = count - 1;
        config_tell(run, &f);
    }
}

void config_check_irqs(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        const struct vm_config *c = &run->config->vms[vm];
        check_vm_irqc(run, vm);
        for (uint32_t k = 0; k < c->device_count; k++) {
            const struct hyp_device *device = config_find_device(run->platform, c->devices[k].name);
            for (uint32_t i = 0; device != NULL && i < hyp_device_irq_count(device); i++) {
                check_irq(run, vm, device, device->irq[i]);
            }
            config_for_later_holdings(run, vm, k, check_irq_pair);
        }
    }
}
