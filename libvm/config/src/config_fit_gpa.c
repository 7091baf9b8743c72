/* SPDX-License-Identifier: Apache-2.0 */
/* Rule on the world: what a VM sees at its guest-physical addresses can be mapped. */
#include "config_fit_rules.h"

void config_fit_gpa(struct config_run *run, uint32_t vm, const char *what, uint64_t gpa,
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
