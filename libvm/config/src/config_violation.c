/* SPDX-License-Identifier: Apache-2.0 */
/* Hands violations to the caller of config_fit() or config_check(). */
#include "config_run.h"

void config_violation(struct config_run *run, enum config_rule rule, uint32_t blocked,
                      const char *format, ...)
{
    struct config_violation violation = {rule, run->rule_id(rule), blocked};
    run->plan->violation_count++;
    run->blocked |= blocked;
    if (run->sink != NULL) {
        va_list args;
        va_start(args, format);
        run->sink(run->arg, &violation, format, args);
        va_end(args);
    }
}

struct range config_common(struct range a, struct range b)
{
    uint64_t start = a.start > b.start ? a.start : b.start;
    uint64_t a_size = a.start + a.size - start;
    uint64_t b_size = b.start + b.size - start;
    return config_range(start, a_size < b_size ? a_size : b_size);
}

void config_check_overlap(struct config_run *run, enum config_rule rule,
                          const struct config_region *region, const struct config_claim *other)
{
    if (range_overlaps(region->range, other->range)) {
        struct range both = config_common(region->range, other->range);
        config_violation(run, rule, config_vm_bit(region->vm),
                         "host memory 0x%lx, 0x%lx bytes, is owned by vm %s (mem[%u]) and " OWNER,
                         both.start, both.size, run->config->vms[region->vm].name, region->index,
                         OWNER_ARGS(other->owner));
    }
}
