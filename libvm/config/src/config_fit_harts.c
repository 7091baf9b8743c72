/* SPDX-License-Identifier: Apache-2.0 */
/* The machine has the harts of the VMs and of the console. */
#include "config_fit_rules.h"

/* Counts the harts that a VM without a hart_mask could still get. */
static uint32_t count_free(const struct config_run *run, const struct vm_config *vm_config)
{
    uint64_t taken = vm_config->real_time ? BIT(run->config->console_hart & 63) : 0;
    for (uint32_t i = 0; i < run->config->vm_count; i++) {
        taken |= run->plan->harts[i] | run->config->vms[i].hart_mask;
    }
    return bits_count(config_present_harts(run->in) & ~taken);
}

static void check_harts(struct config_run *run, uint32_t vm)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    struct config_owner provider = config_owner_provider(run->in);
    uint64_t missing = vm_config->hart_mask & ~config_present_harts(run->in);
    uint64_t assigned = run->plan->harts[vm];
    if (missing != 0 && (assigned == 0 || run->in->machine == NULL)) {
        config_violation(run, CONFIG_HART_ABSENT, config_vm_bit(vm),
                         "vm %s needs hart %u, " OWNER " has %u harts", vm_config->name,
                         bits_first(missing), OWNER_ARGS(provider), config_hart_count(run->in));
    } else if (vm_config->hart_mask == 0 && assigned == 0 && vm_config->vcpu_count != 0) {
        config_violation(run, CONFIG_HART_FREE, config_vm_bit(vm),
                         "vm %s needs %u harts, " OWNER " has %u free", vm_config->name,
                         vm_config->vcpu_count, OWNER_ARGS(provider), count_free(run, vm_config));
    }
}

/* On a machine with fewer harts another one drives the console, and the VMs run. */
static void check_console_hart(struct config_run *run)
{
    uint32_t count = config_hart_count(run->in);
    if (run->config->console_hart >= count) {
        struct config_owner provider = config_owner_provider(run->in);
        config_violation(run, CONFIG_CONSOLE_HART, config_vm_all_at_build(run),
                         "the console is on hart %u, " OWNER " has %u harts",
                         run->config->console_hart, OWNER_ARGS(provider), count);
    }
}

void config_fit_harts(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        check_harts(run, vm);
    }
    check_console_hart(run);
}
