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

void config_check_overlap(struct config_run *run, enum config_rule rule,
                          const struct config_claim *a, const struct config_claim *b)
{
    if (!range_overlaps(a->range, b->range)) {
        return;
    }
    uint64_t a_end = a->range.start + a->range.size;
    uint64_t b_end = b->range.start + b->range.size;
    uint64_t start = a->range.start > b->range.start ? a->range.start : b->range.start;
    uint64_t end = a_end < b_end ? a_end : b_end;
    config_violation(run, rule, a->vms | b->vms,
                     "host memory 0x%lx, 0x%lx bytes, is owned by " OWNER " and " OWNER, start,
                     end - start, OWNER_ARGS(a->owner), OWNER_ARGS(b->owner));
}
