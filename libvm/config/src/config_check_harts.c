/* SPDX-License-Identifier: Apache-2.0 */
/* Harts by themselves: one owner each. */
#include "config_check_rules.h"

static void check_hart_pair(struct config_run *run, uint32_t i, uint32_t j)
{
    const struct hyp_config *config = run->config;
    uint64_t both = config->vms[i].hart_mask & config->vms[j].hart_mask;
    for (; both != 0; both &= both - 1) {
        struct config_finding f = {.rule = CONFIG_HART_TWICE,
                                   .blocked = config_vm_bit(i) | config_vm_bit(j),
                                   .a = config_owner_vm(config, i),
                                   .b = config_owner_vm(config, j),
                                   .x = bits_first(both)};
        config_tell(run, &f);
    }
}

static void check_vm_harts(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    uint32_t named = bits_count(c->hart_mask);
    struct config_finding f = {
        .blocked = config_vm_bit(vm), .a = config_owner_vm(run->config, vm), .x = c->vcpu_count};
    if (c->vcpu_count == 0 || (named != 0 && c->vcpu_count > named)) {
        f.rule = CONFIG_VCPU_COUNT;
        f.y = named;
        config_tell(run, &f);
    }
    if (c->real_time && run->config->console_hart < HYP_HART_MAX &&
        (c->hart_mask & BIT(run->config->console_hart)) != 0) {
        f.rule = CONFIG_CONSOLE_RT;
        f.b = (struct config_owner){"the console", NULL};
        f.x = run->config->console_hart;
        config_tell(run, &f);
    }
}

void config_check_harts(struct config_run *run)
{
    for (uint32_t i = 0; i < run->config->vm_count; i++) {
        check_vm_harts(run, i);
        for (uint32_t j = i + 1; j < run->config->vm_count; j++) {
            check_hart_pair(run, i, j);
        }
    }
}
