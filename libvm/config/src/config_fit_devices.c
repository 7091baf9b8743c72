/* SPDX-License-Identifier: Apache-2.0 */
/* Devices and interrupts of VMs: within this world's reach, and not the hypervisor's. */
#include "config_priv.h"

#include <hyp/vm/config_choice.h>
#include <hyp/vm/guest_isa.h>

const struct hyp_device *config_find_device(const struct hyp_platform *platform, const char *name)
{
    for (uint32_t i = 0; i < platform->device_count; i++) {
        if (config_text_is_equal(platform->devices[i].name, name)) {
            return &platform->devices[i];
        }
    }
    return NULL;
}

const struct hyp_device *config_device(const struct config_input *in, uint32_t vm, uint32_t i)
{
    return in->device_index != NULL
               ? &in->platform->devices[in->device_index[vm][i]]
               : config_find_device(in->platform, in->config->vms[vm].devices[i].name);
}

static bool is_uncontained(const struct hyp_device *device)
{
    return device != NULL && device->dma && !device->iommu;
}

bool config_vm_is_contained(const struct config_input *in, uint32_t vm)
{
    for (uint32_t i = 0; i < in->config->vms[vm].device_count; i++) {
        if (is_uncontained(config_device(in, vm, i))) {
            return false;
        }
    }
    return true;
}

/* Something that the VM sees at [gpa, gpa + size). */
static void check_reach(struct config_run *run, uint32_t vm, const char *what, uint64_t gpa,
                        uint64_t size)
{
    uint32_t bits = config_gpa_bits(run->in);
    /* No G-stage mode at all is told once; a device without a size is the platform's mistake. */
    if (bits != 0 && size != 0 && !range_covers(config_range(0, BIT(bits)), gpa, size)) {
        struct config_finding *f = config_about(run, vm);
        f->rule = CONFIG_GPA_RANGE;
        f->thing = what;
        f->x = gpa;
        config_tell(run, f);
    }
}

/* Number k of what is no VM's; false: there is no more. */
static bool taken_get(const struct config_input *in, uint32_t k, struct hyp_regs *other)
{
    const struct config_machine *machine = in->machine;
    const struct hyp_mem *taken;
    uint32_t count = config_taken(in, &taken);
    if (k < count) {
        *other = (struct hyp_regs){"the firmware", taken[k]};
    } else if (k == count) {
        *other = (struct hyp_regs){"the hypervisor", config_hypervisor_mem(in)};
    } else if (machine == NULL || k > count + 1 + machine->regs_count) {
        return false; /* The board's are told by E-DEV-OVERLAP and E-DEV-TWICE. */
    } else if (k == count + 1) {
        *other = (struct hyp_regs){"the firmware's console", machine->console};
    } else {
        *other = machine->regs[k - count - 2];
    }
    return true;
}

/* A device's registers where something of the hypervisor's is would hand that to the guest. */
static void check_taken(struct config_run *run, uint32_t vm, const struct hyp_device *device)
{
    struct hyp_regs other;
    for (uint32_t k = 0; taken_get(run->in, k, &other); k++) {
        if (range_overlaps(config_range(device->hpa, device->size), config_range_of(other.mem))) {
            struct config_finding *f = config_about(run, vm);
            f->rule = CONFIG_DEV_TAKEN;
            f->b = (struct config_owner){other.owner, NULL};
            f->thing = device->name;
            f->x = device->hpa;
            config_tell(run, f);
        }
    }
}

static void check_irqs(struct config_run *run, uint32_t vm, const struct hyp_device *device)
{
    const struct config_machine *machine = run->in->machine;
    uint32_t count = machine != NULL ? machine->source_count : run->platform->irqc.source_count;
    for (uint32_t i = 0; i < 4 && device->irq[i] != 0; i++) {
        if (device->irq[i] >= count) {
            struct config_finding *f = config_about(run, vm);
            f->rule = CONFIG_IRQ_ABSENT;
            f->thing = device->name;
            f->x = device->irq[i];
            f->y = count != 0 ? count - 1 : 0;
            config_tell(run, f);
        }
    }
}

static void check_device(struct config_run *run, uint32_t vm, uint32_t i)
{
    const struct vm_device *own = &run->config->vms[vm].devices[i];
    const struct hyp_device *device = config_device(run->in, vm, i);
    if (device == NULL) {
        return; /* E-DEV-UNKNOWN */
    }
    check_reach(run, vm, own->name, own->gpa, device->size);
    check_taken(run, vm, device);
    check_irqs(run, vm, device);
}

static bool can_give(const struct config_run *run, uint32_t vm, enum hyp_irqc_model model)
{
    const struct config_input *in = run->in;
    const struct config_machine *machine = in->machine;
    if (machine == NULL) {
        uint32_t models = config_irqc_models(in->platform->irqc.model);
        return in->other_machine || (models & BIT(model)) != 0;
    }
    bool lacks = model == HYP_IRQC_IMSIC && (config_vm_isa(run, vm) & BIT(GUEST_ISA_SSAIA)) == 0;
    return !lacks && (machine->irqc_models & BIT(model)) != 0;
}

static void check_irqc(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    enum hyp_irqc_model model = c->irqc.model;
    check_reach(run, vm, "interrupt controller", c->irqc.gpa, config_irqc_size(&c->irqc));
    if (model == HYP_IRQC_IMSIC) {
        struct range imsics = config_imsics(c);
        check_reach(run, vm, "IMSICs", imsics.start, imsics.size);
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

void config_fit_devices(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        const struct vm_config *c = &run->config->vms[vm];
        for (uint32_t k = 0; k < c->device_count; k++) {
            check_device(run, vm, k);
        }
        if (c->console.kind == VM_CONSOLE_VUART) {
            check_reach(run, vm, "console", c->console.gpa, HYP_PAGE_SIZE);
        }
        if (!c->irqc.absent) {
            check_irqc(run, vm);
            check_contexts(run, vm);
        }
    }
}
