/* SPDX-License-Identifier: Apache-2.0 */
/* Who has which device; registers that no VM may have. */
#include "config_owner.h"

/* Names the writer of the platform's UART: the hypervisor's driver or the firmware's; or NULL. */
static const char *uart_writer(const struct hyp_config *config)
{
    for (uint32_t vm = 0; vm < config->vm_count; vm++) {
        if (config->vms[vm].console.kind != VM_CONSOLE_NONE) {
            return "the console";
        }
    }
    return config->log_waits ? NULL : "the log";
}

/* Device k of that VM; behind the last VM the console's UART. */
static bool holding_get(const struct config_run *run, uint32_t vm, uint32_t k,
                        struct config_holding *h)
{
    const struct hyp_config *config = run->config;
    if (vm < config->vm_count) {
        *h = (struct config_holding){
            config_find_device(run->platform, config->vms[vm].devices[k].name),
            config_owner_vm(config, vm), config_vm_bit(vm)};
    } else {
        *h = (struct config_holding){config_find_device(run->platform, run->platform->uart.device),
                                     {uart_writer(config), NULL},
                                     0};
    }
    return h->device != NULL;
}

/* The hypervisor's console counts as a VM after the last, with one device. */
static uint32_t holding_count(const struct config_run *run, uint32_t vm)
{
    if (vm < run->config->vm_count) {
        return run->config->vms[vm].device_count;
    }
    return vm == run->config->vm_count && uart_writer(run->config) != NULL ? 1 : 0;
}

bool config_device_is_held(const struct config_run *run, const struct hyp_device *device)
{
    for (uint32_t vm = 0; vm <= run->config->vm_count; vm++) {
        for (uint32_t k = 0; k < holding_count(run, vm); k++) {
            struct config_holding h;
            if (holding_get(run, vm, k, &h) && h.device == device) {
                return true;
            }
        }
    }
    return false;
}

void config_for_later_holdings(struct config_run *run, uint32_t vm, uint32_t k,
                               config_holding_check *check)
{
    struct config_holding a;
    struct config_holding b;
    if (!holding_get(run, vm, k, &a)) {
        return;
    }
    for (uint32_t other = vm; other <= run->config->vm_count; other++) {
        for (uint32_t j = other == vm ? k + 1 : 0; j < holding_count(run, other); j++) {
            if (holding_get(run, other, j, &b)) {
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
