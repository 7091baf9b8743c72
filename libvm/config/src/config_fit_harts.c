/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on the world: harts of VMs, and the console's. */
#include "config_fit_rules.h"

/* Harts that the VM names, or free ones. */
static void check_harts(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    uint64_t present = config_present_harts(run->in);
    uint64_t missing = c->hart_mask & ~present;
    uint64_t got = run->plan->harts[vm];
    struct config_finding *f = config_about(run, vm);
    if (missing != 0 && (got == 0 || run->in->machine == NULL)) {
        f->rule = CONFIG_HART_ABSENT;
        f->x = bits_first(missing);
        f->y = config_hart_count(run->in);
        config_tell(run, f);
    } else if (c->hart_mask == 0 && got == 0 && c->vcpu_count != 0) {
        uint64_t taken = c->real_time ? BIT(run->config->console_hart & 63) : 0;
        for (uint32_t i = 0; i < run->config->vm_count; i++) {
            taken |= run->plan->harts[i] | run->config->vms[i].hart_mask;
        }
        f->rule = CONFIG_HART_FREE;
        f->x = c->vcpu_count;
        f->y = bits_count(present & ~taken);
        config_tell(run, f);
    }
}

/* A machine with fewer harts drives the console on another one: its VMs can run. */
static void check_console_hart(struct config_run *run)
{
    uint32_t have = config_hart_count(run->in);
    if (run->config->console_hart >= have) {
        struct config_finding *f = config_about_all(run, "the console", NULL);
        f->rule = CONFIG_CONSOLE_HART;
        f->x = run->config->console_hart;
        f->y = have;
        config_tell(run, f);
    }
}

void config_fit_harts(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        check_harts(run, vm);
    }
    check_console_hart(run);
}
