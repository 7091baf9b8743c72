/* SPDX-License-Identifier: Apache-2.0 */
/* The interrupt controller of a VM whose configuration names several. */
#include <hyp/vm/config_choice.h>

#include <hyp/base/bits.h>

uint32_t config_irqc_models(enum hyp_irqc_model machine)
{
    return (uint32_t)(BIT(HYP_IRQC_PLIC) | BIT(machine));
}

uint32_t config_choice_count(const struct hyp_config *config)
{
    uint32_t count = 1;
    for (uint32_t vm = 0; vm < config->vm_count; vm++) {
        uint32_t own = 1 + config->vms[vm].irqc_else_count;
        count = own > count ? own : count;
    }
    return count;
}

static const struct vm_irqc *irqc_of(const struct vm_config *vm, uint32_t choice)
{
    return choice == 0 ? &vm->irqc : &vm->irqc_else[choice - 1];
}

uint32_t config_choose(const struct vm_config *vm, uint32_t models)
{
    for (uint32_t choice = 0; choice <= vm->irqc_else_count; choice++) {
        const struct vm_irqc *irqc = irqc_of(vm, choice);
        if (irqc->model == HYP_IRQC_NONE || (models & BIT(irqc->model)) != 0) {
            return choice;
        }
    }
    return 0;
}

struct vm_config config_chosen(const struct vm_config *vm, uint32_t choice)
{
    struct vm_config chosen = *vm;
    uint32_t last = vm->irqc_else_count;
    chosen.irqc = *irqc_of(vm, choice < last ? choice : last);
    return chosen;
}

uint32_t config_dtb_index(const struct hyp_config *config, uint32_t vm, uint32_t choice)
{
    uint32_t index = config->vm_count;
    if (choice == 0) {
        return vm;
    }
    for (uint32_t i = 0; i < vm; i++) {
        index += config->vms[i].irqc_else_count;
    }
    return index + choice - 1;
}

void config_select(const struct hyp_config *config, const struct hyp_dtb *dtbs, uint32_t models,
                   struct config_selection *selection)
{
    selection->config = *config;
    selection->config.vms = selection->vms;
    for (uint32_t vm = 0; vm < config->vm_count && vm < HYP_VM_MAX; vm++) {
        uint32_t choice = config_choose(&config->vms[vm], models);
        selection->vms[vm] = config_chosen(&config->vms[vm], choice);
        selection->dtbs[vm] = dtbs[config_dtb_index(config, vm, choice)];
    }
}
