/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on the world: devices of VMs and their interrupts; the virtual UART. */
#include "config_fit_rules.h"

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
    for (uint32_t i = 0; i < hyp_device_irq_count(device); i++) {
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
    config_fit_gpa(run, vm, own->name, own->gpa, device->size);
    check_taken(run, vm, device);
    check_irqs(run, vm, device);
}

void config_fit_devices(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    for (uint32_t k = 0; k < c->device_count; k++) {
        check_device(run, vm, k);
    }
    if (c->console.kind == VM_CONSOLE_VUART) {
        config_fit_gpa(run, vm, "console", c->console.gpa, HYP_PAGE_SIZE);
    }
}
