/* SPDX-License-Identifier: Apache-2.0 */
/* Selects the interrupt controller of a VM whose configuration names several. */
#include <hyp/vm/irqc_select.h>

#include <hyp/base/bits.h>

uint32_t irqc_select_models(enum hyp_irqc_model machine)
{
    return (uint32_t)(BIT(HYP_IRQC_PLIC) | BIT(machine));
}

uint32_t irqc_select_count(const struct hyp_config *config)
{
    uint32_t count = 1;
    for (uint32_t vm = 0; vm < config->vm_count; vm++) {
        uint32_t own = 1 + config->vms[vm].irqc_else_count;
        count = own > count ? own : count;
    }
    return count;
}

static const struct vm_irqc *alternative_get(const struct vm_config *vm, uint32_t n)
{
    return n == 0 ? &vm->irqc : &vm->irqc_else[n - 1];
}

uint32_t irqc_select(const struct vm_config *vm, uint32_t models)
{
    for (uint32_t n = 0; n <= vm->irqc_else_count; n++) {
        const struct vm_irqc *irqc = alternative_get(vm, n);
        if (irqc->model == HYP_IRQC_NONE || (models & BIT(irqc->model)) != 0) {
            return n;
        }
    }
    return 0;
}

struct vm_config irqc_select_vm(const struct vm_config *vm, uint32_t alternative)
{
    struct vm_config selected = *vm;
    uint32_t last = vm->irqc_else_count;
    selected.irqc = *alternative_get(vm, alternative < last ? alternative : last);
    return selected;
}

uint32_t irqc_select_dtb_index(const struct hyp_config *config, uint32_t vm, uint32_t alternative)
{
    uint32_t index = config->vm_count;
    if (alternative == 0) {
        return vm;
    }
    for (uint32_t i = 0; i < vm; i++) {
        index += config->vms[i].irqc_else_count;
    }
    return index + alternative - 1;
}

void irqc_select_for_machine(const struct hyp_config *config, const struct hyp_dtb *dtbs,
                             uint32_t models, struct irqc_selection *selection)
{
    selection->config = *config;
    selection->config.vms = selection->vms;
    for (uint32_t vm = 0; vm < config->vm_count && vm < HYP_VM_MAX; vm++) {
        uint32_t n = irqc_select(&config->vms[vm], models);
        selection->vms[vm] = irqc_select_vm(&config->vms[vm], n);
        selection->dtbs[vm] = dtbs[irqc_select_dtb_index(config, vm, n)];
    }
}
