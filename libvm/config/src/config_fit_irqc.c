/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on the world: interrupt controllers, and harts that they can interrupt. */
#include "config_fit_rules.h"

#include <hyp/vm/irqc_select.h>
#include <hyp/vm/guest_isa.h>

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
    const struct vm_config *c = &run->config->vms[vm];
    enum hyp_irqc_model model = c->irqc.model;
    config_fit_gpa(run, vm, "interrupt controller", c->irqc.gpa, config_irqc_size(&c->irqc));
    if (model == HYP_IRQC_IMSIC) {
        struct range imsics = config_imsics(c);
        config_fit_gpa(run, vm, "IMSICs", imsics.start, imsics.size);
    }
    if (!can_give(run, vm, model)) {
        struct config_finding *f = config_about(run, vm);
        f->rule = CONFIG_IRQC_MODEL;
        f->thing = model == HYP_IRQC_PLIC    ? "a PLIC"
                   : model == HYP_IRQC_APLIC ? "an APLIC"
                                             : "IMSICs";
        config_tell(run, f);
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
 * A virtual PLIC needs contexts of the machine's controller for interrupts of devices alone, and
 * one context is enough. An APLIC and IMSICs are passed through in part, so each hart needs one.
 */
static void check_contexts(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    uint64_t harts = run->plan->harts[vm];
    bool is_plic = c->irqc.model == HYP_IRQC_PLIC;
    if (run->in->machine == NULL || (is_plic && !has_irqs(run, vm))) {
        return;
    }
    uint64_t lacking = harts & run->in->machine->no_context;
    run->plan->no_context[vm] = lacking;
    for (uint64_t left = lacking; left != 0; left &= left - 1) {
        struct config_finding *f = config_about(run, vm);
        f->rule = CONFIG_IRQ_HART;
        f->blocked = is_plic && lacking != harts ? 0 : f->blocked;
        f->x = bits_first(left);
        config_tell(run, f);
    }
}

void config_fit_irqc(struct config_run *run, uint32_t vm)
{
    if (run->config->vms[vm].irqc.model != HYP_IRQC_NONE) {
        check_irqc(run, vm);
        check_contexts(run, vm);
    }
}
