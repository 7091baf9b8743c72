/* SPDX-License-Identifier: Apache-2.0 */
/* The machine can give VMs their interrupt controllers, and can interrupt their harts. */
#include "config_fit_rules.h"

#include <hyp/vm/guest_isa.h>
#include <hyp/vm/irqc_select.h>

#include "config_irqc.h"

static bool can_give(const struct config_run *run, uint32_t vm, enum hyp_irqc_model model)
{
    const struct config_input *in = run->in;
    const struct config_machine *machine = in->machine;
    if (machine == NULL) {
        uint32_t models = irqc_select_models(in->platform->irqc.model);
        return in->other_machine || (models & BIT(model)) != 0;
    }
    bool lacks = model == HYP_IRQC_IMSIC && (config_vm_isa(run, vm) & BIT(GUEST_ISA_SSAIA)) == 0;
    return !lacks && (machine->irqc_models & BIT(model)) != 0;
}

static void check_irqc(struct config_run *run, uint32_t vm)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    const struct vm_irqc *irqc = &vm_config->irqc;
    config_fit_gpa(run, vm, "interrupt controller", irqc->gpa, config_irqc_size(irqc));
    if (irqc->model == HYP_IRQC_IMSIC) {
        struct range imsics = config_imsics(vm_config);
        config_fit_gpa(run, vm, "IMSICs", imsics.start, imsics.size);
    }
    if (!can_give(run, vm, irqc->model)) {
        struct config_owner provider = config_owner_provider(run->in);
        config_violation(run, CONFIG_IRQC_MODEL, config_vm_bit(vm),
                         "vm %s needs %s, which " OWNER " cannot give", vm_config->name,
                         irqc->model == HYP_IRQC_PLIC    ? "a PLIC"
                         : irqc->model == HYP_IRQC_APLIC ? "an APLIC"
                                                         : "IMSICs",
                         OWNER_ARGS(provider));
    }
}

/* Does the VM own a device that has an interrupt? */
static bool has_irqs(const struct config_run *run, uint32_t vm)
{
    for (uint32_t k = 0; k < run->config->vms[vm].device_count; k++) {
        const struct hyp_device *device = config_device(run->in, vm, k);
        if (device != NULL && device->irq[0] != 0) {
            return true;
        }
    }
    return false;
}

/*
 * A virtual PLIC needs contexts of the physical controller only for interrupts of devices, and one
 * context is enough. An APLIC and IMSICs are passed through in part, so each hart needs a context.
 */
static void check_contexts(struct config_run *run, uint32_t vm)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    uint64_t harts = run->plan->harts[vm];
    bool is_plic = vm_config->irqc.model == HYP_IRQC_PLIC;
    if (run->in->machine == NULL || (is_plic && !has_irqs(run, vm))) {
        return;
    }
    uint64_t lacking = harts & run->in->machine->no_context;
    bool runs = is_plic && lacking != harts;
    run->plan->no_context[vm] = lacking;
    for (uint64_t left = lacking; left != 0; left &= left - 1) {
        config_violation(run, CONFIG_IRQ_HART, runs ? 0 : config_vm_bit(vm),
                         "hart %u of vm %s has no context at the interrupt controller of this "
                         "machine",
                         bits_first(left), vm_config->name);
    }
}

void config_fit_irqc(struct config_run *run, uint32_t vm)
{
    if (run->config->vms[vm].irqc.model != HYP_IRQC_NONE) {
        check_irqc(run, vm);
        check_contexts(run, vm);
    }
}
