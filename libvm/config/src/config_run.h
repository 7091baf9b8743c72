/* SPDX-License-Identifier: Apache-2.0 */
/* One run of config_fit() or config_check(), and how its rules tell what they find. */
#pragma once

#include <hyp/vm/config_finding.h>
#include <hyp/vm/config_plan.h>

#include "config_world.h"

struct config_run {
    const struct config_input *in;
    const struct hyp_config *config;
    const struct hyp_platform *platform;
    const char *texts; /* One behind the other, as enum config_rule: of what can be told. */
    struct config_plan *plan;
    config_sink *sink;
    void *arg;
    uint32_t blocked;              /* OR of what the findings so far block. */
    struct config_finding finding; /* config_about_owner()'s: there is one at a time. */
};

const char *config_text_at(const char *texts, enum config_rule rule);

/*
 * A finding between `who` and the world, that blocks these VMs: run->finding, which the caller
 * completes and tells.
 */
struct config_finding *config_about_owner(struct config_run *run, uint32_t blocked,
                                          struct config_owner who);

/* The same of VM `vm`. */
struct config_finding *config_about(struct config_run *run, uint32_t vm);

/* One that is no VM's own: at build it blocks all, as at boot the rest may run. */
struct config_finding *config_about_all(struct config_run *run, const char *kind, const char *name);

/* Counts the finding and hands it on; fills in its text. */
void config_tell(struct config_run *run, struct config_finding *finding);

/* Tells the finding, with the common part of `r` and `other`, if there is one. */
void config_tell_overlap(struct config_run *run, struct config_finding *f, struct range r,
                         struct range other);

static inline uint32_t config_vm_bit(uint32_t vm)
{
    return (uint32_t)1 << vm;
}

static inline uint32_t config_vm_all(const struct hyp_config *config)
{
    return (uint32_t)(BIT(config->vm_count) - 1);
}

static inline struct config_owner config_owner_vm(const struct hyp_config *config, uint32_t vm)
{
    return (struct config_owner){"vm", config->vms[vm].name};
}

/* Who promises what there is: the platform at build, the machine at boot. */
static inline struct config_owner config_owner_world(const struct config_input *in)
{
    if (in->machine != NULL) {
        return (struct config_owner){"this machine", NULL};
    }
    return (struct config_owner){"platform", in->platform->name};
}
