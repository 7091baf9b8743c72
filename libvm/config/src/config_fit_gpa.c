/* SPDX-License-Identifier: Apache-2.0 */
/* The G-stage can map what a VM has at its guest-physical addresses. */
#include "config_fit_rules.h"

void config_fit_gpa(struct config_run *run, uint32_t vm, const char *what, uint64_t gpa,
                    uint64_t size)
{
    uint32_t bits = config_gpa_bits(run->in);
    /* A missing G-stage mode is reported once, and a device without a size is another violation. */
    if (bits != 0 && size != 0 && !range_covers(config_range(0, BIT(bits)), gpa, size)) {
        struct config_owner provider = config_owner_provider(run->in);
        config_violation(run, CONFIG_GPA_RANGE, config_vm_bit(vm),
                         "gpa 0x%lx of %s in vm %s is beyond what " OWNER " can map", gpa, what,
                         run->config->vms[vm].name, OWNER_ARGS(provider));
    }
}
