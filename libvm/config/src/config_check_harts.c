/* SPDX-License-Identifier: Apache-2.0 */
/* A hart has one owner. */
#include "config_check_rules.h"

static void check_pair(struct config_run *run, uint32_t vm, uint32_t other)
{
    const struct vm_config *vms = run->config->vms;
    uint64_t both = vms[vm].hart_mask & vms[other].hart_mask;
    for (; both != 0; both &= both - 1) {
        config_violation(run, CONFIG_HART_TWICE, config_vm_bit(vm) | config_vm_bit(other),
                         "hart %u is owned by vm %s and vm %s", bits_first(both), vms[vm].name,
                         vms[other].name);
    }
}

static void check_vm(struct config_run *run, uint32_t vm)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    uint32_t console_hart = run->config->console_hart;
    uint32_t named = bits_count(vm_config->hart_mask);
    if (vm_config->vcpu_count == 0) {
        config_violation(run, CONFIG_VCPU_COUNT, config_vm_bit(vm),
                         "vm %s has no vCPU: its vcpu_count is 0", vm_config->name);
    } else if (named != 0 && vm_config->vcpu_count > named) {
        config_violation(run, CONFIG_VCPU_COUNT, config_vm_bit(vm),
                         "vm %s has %u vCPUs, but %u harts in its hart_mask", vm_config->name,
                         vm_config->vcpu_count, named);
    }
    if (vm_config->real_time && console_hart < HYP_HART_MAX &&
        (vm_config->hart_mask & BIT(console_hart)) != 0) {
        config_violation(run, CONFIG_CONSOLE_RT, config_vm_bit(vm),
                         "hart %u is owned by vm %s, which is real_time, and by the console",
                         console_hart, vm_config->name);
    }
}

void config_check_harts(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        check_vm(run, vm);
        for (uint32_t other = vm + 1; other < run->config->vm_count; other++) {
            check_pair(run, vm, other);
        }
    }
}
