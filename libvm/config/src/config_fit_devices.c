/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of VMs and the virtual UART: registers, interrupts, guest-physical addresses. */
#include "config_fit_rules.h"

/* Gets range k of what belongs to the hypervisor or the firmware. False: there are only k. */
static bool taken_get(const struct config_input *in, uint32_t k, struct hyp_regs *other)
{
    const struct config_machine *machine = in->machine;
    const struct hyp_mem *reserved;
    uint32_t count = config_reserved(in, &reserved);
    if (k < count) {
        *other = (struct hyp_regs){"the firmware", reserved[k]};
    } else if (k == count) {
        *other = (struct hyp_regs){"the hypervisor", config_hypervisor_mem(in)};
    } else if (machine == NULL || k > count + 1 + machine->regs_count) {
        return false; /* E-DEV-OVERLAP and E-DEV-TWICE are about the platform's registers. */
    } else if (k == count + 1) {
        *other = (struct hyp_regs){"the firmware's console", machine->console};
    } else {
        *other = machine->regs[k - count - 2];
    }
    return true;
}

/* A VM with a device in such a page could use the hypervisor's or the firmware's registers. */
static void check_taken(struct config_run *run, uint32_t vm, const struct hyp_device *device)
{
    struct hyp_regs other;
    for (uint32_t k = 0; taken_get(run->in, k, &other); k++) {
        if (range_overlaps(config_range(device->hpa, device->size), config_range_of(other.mem))) {
            config_violation(run, CONFIG_DEV_TAKEN, config_vm_bit(vm),
                             "the page of device %s at 0x%lx is owned by vm %s and %s",
                             device->name, device->hpa, run->config->vms[vm].name, other.owner);
        }
    }
}

/* 0: there is no interrupt controller. */
static uint32_t source_count(const struct config_run *run)
{
    const struct hyp_irqc_desc *irqc = &run->platform->irqc;
    if (run->in->machine != NULL) {
        return run->in->machine->source_count;
    }
    return irqc->model != HYP_IRQC_NONE ? irqc->source_count : 0;
}

static void check_irqs(struct config_run *run, uint32_t vm, const struct hyp_device *device)
{
    uint32_t count = source_count(run);
    for (uint32_t i = 0; i < hyp_device_irq_count(device); i++) {
        if (device->irq[i] >= count) {
            struct config_owner provider = config_owner_provider(run->in);
            config_violation(run, CONFIG_IRQ_ABSENT, config_vm_bit(vm),
                             "vm %s needs interrupt %u (device %s), " OWNER " has 1 to %u",
                             run->config->vms[vm].name, device->irq[i], device->name,
                             OWNER_ARGS(provider), count != 0 ? count - 1 : 0);
        }
    }
}

static void check_device(struct config_run *run, uint32_t vm, uint32_t i)
{
    const struct vm_device *vm_device = &run->config->vms[vm].devices[i];
    const struct hyp_device *device = config_device(run->in, vm, i);
    if (device == NULL) {
        return; /* E-DEV-UNKNOWN */
    }
    config_fit_gpa(run, vm, vm_device->name, vm_device->gpa, device->size);
    check_taken(run, vm, device);
    check_irqs(run, vm, device);
}

void config_fit_devices(struct config_run *run, uint32_t vm)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    for (uint32_t k = 0; k < vm_config->device_count; k++) {
        check_device(run, vm, k);
    }
    if (vm_config->console.kind == VM_CONSOLE_VUART) {
        config_fit_gpa(run, vm, "console", vm_config->console.gpa, HYP_PAGE_SIZE);
    }
}
