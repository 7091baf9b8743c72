/* SPDX-License-Identifier: Apache-2.0 */
/* Tells the findings of one run of config_fit() or config_check(). */
#include "config_run.h"

const char *config_text_at(const char *texts, enum config_rule rule)
{
    for (uint32_t n = rule; n != 0; texts++) {
        n -= *texts == '\0' ? 1 : 0;
    }
    return texts;
}

struct config_finding *config_about_owner(struct config_run *run, uint32_t blocked,
                                          struct config_owner who)
{
    run->finding =
        (struct config_finding){.blocked = blocked, .a = who, .b = config_owner_world(run->in)};
    return &run->finding;
}

struct config_finding *config_about(struct config_run *run, uint32_t vm)
{
    return config_about_owner(run, config_vm_bit(vm), config_owner_vm(run->config, vm));
}

struct config_finding *config_about_all(struct config_run *run, const char *kind, const char *name)
{
    return config_about_owner(run, run->in->machine != NULL ? 0 : config_vm_all(run->config),
                              (struct config_owner){kind, name});
}

void config_tell(struct config_run *run, struct config_finding *finding)
{
    finding->text = config_text_at(run->texts, finding->rule);
    run->plan->finding_count++;
    run->blocked |= finding->blocked;
    if (run->sink != NULL) {
        run->sink(run->arg, finding);
    }
}

void config_tell_overlap(struct config_run *run, struct config_finding *f, struct range r,
                         struct range other)
{
    if (!range_overlaps(r, other)) {
        return;
    }
    uint64_t r_end = r.start + r.size;
    uint64_t other_end = other.start + other.size;
    f->x = r.start > other.start ? r.start : other.start;
    f->y = (r_end < other_end ? r_end : other_end) - f->x;
    config_tell(run, f);
}
