/* SPDX-License-Identifier: Apache-2.0 */
/* The owners of devices, and registers that no VM may have. */
#include "config_owner.h"

/* The user of the platform's UART, by the hypervisor's driver or the firmware's. NULL: nobody. */
static const char *uart_user(const struct hyp_config *config)
{
    for (uint32_t vm = 0; vm < config->vm_count; vm++) {
        if (config->vms[vm].console.kind != VM_CONSOLE_NONE) {
            return "the console";
        }
    }
    return config->log_waits ? NULL : "the log";
}

/* The UART counts as the one device of a VM after the last. */
static uint32_t device_count(const struct config_run *run, uint32_t vm)
{
    if (vm < run->config->vm_count) {
        return run->config->vms[vm].device_count;
    }
    return vm == run->config->vm_count && uart_user(run->config) != NULL ? 1 : 0;
}

/* Gets device k of that VM. False: the platform has no device of that name. */
static bool device_get(const struct config_run *run, uint32_t vm, uint32_t k,
                       struct config_held_device *held)
{
    const struct hyp_config *config = run->config;
    bool is_vm = vm < config->vm_count;
    const char *name = is_vm ? config->vms[vm].devices[k].name : run->platform->uart.device;
    struct config_owner uart_owner = {uart_user(config), ""};
    *held = (struct config_held_device){config_find_device(run->platform, name),
                                        is_vm ? config_owner_vm(config, vm) : uart_owner,
                                        is_vm ? config_vm_bit(vm) : 0};
    return held->device != NULL;
}

bool config_device_is_held(const struct config_run *run, const struct hyp_device *device)
{
    for (uint32_t vm = 0; vm <= run->config->vm_count; vm++) {
        for (uint32_t k = 0; k < device_count(run, vm); k++) {
            struct config_held_device held;
            if (device_get(run, vm, k, &held) && held.device == device) {
                return true;
            }
        }
    }
    return false;
}

void config_for_later_devices(struct config_run *run, uint32_t vm, uint32_t k,
                              config_device_check *check)
{
    struct config_held_device a;
    struct config_held_device b;
    if (!device_get(run, vm, k, &a)) {
        return;
    }
    for (uint32_t other = vm; other <= run->config->vm_count; other++) {
        for (uint32_t j = other == vm ? k + 1 : 0; j < device_count(run, other); j++) {
            if (device_get(run, other, j, &b)) {
                check(run, &a, &b);
            }
        }
    }
}

bool config_regs_get(const struct hyp_platform *platform, uint32_t k, struct hyp_regs *regs)
{
    const struct hyp_irqc_desc *irqc = &platform->irqc;
    switch (k) {
    case 0: *regs = (struct hyp_regs){"the interrupt controller", {irqc->hpa, irqc->size}}; break;
    case 1:
        *regs = (struct hyp_regs){"the interrupt controller", {irqc->imsic_hpa, irqc->imsic_size}};
        break;
    case 2:
        *regs = (struct hyp_regs){"the hypervisor's fail register",
                                  {platform->finisher_hpa, platform->finisher_hpa != 0 ? 4 : 0}};
        break;
    default:
        if (k - 3 >= platform->reserved_count) {
            return false;
        }
        *regs = platform->reserved[k - 3];
    }
    return true;
}
