/* SPDX-License-Identifier: Apache-2.0 */
/* One run of config_fit() or config_check(), and how its rules report violations. */
#pragma once

#include <hyp/vm/config_plan.h>
#include <hyp/vm/config_violation.h>

#include "config_resources.h"

struct config_run {
    const struct config_input *in;
    const struct hyp_config *config;
    const struct hyp_platform *platform;
    const char *(*rule_id)(enum config_rule rule); /* Knows the rules that the run checks. */
    struct config_plan *plan;
    config_sink *sink;
    void *arg;
    uint32_t blocked; /* VMs that the violations so far block. */
};

/*
 * Counts the violation and hands it to the sink. `blocked` are the VMs that cannot run because of
 * it, as bits; `format` and its arguments are the message.
 */
void config_violation(struct config_run *run, enum config_rule rule, uint32_t blocked,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* An owner in a message: its two texts follow each other. */
struct config_owner {
    const char *kind; /* "vm ", with the blank; or "the firmware". */
    const char *name; /* "linux"; or "". */
};

#define OWNER "%s%s"
#define OWNER_ARGS(owner) (owner).kind, (owner).name

static inline struct config_owner config_owner_vm(const struct hyp_config *config, uint32_t vm)
{
    return (struct config_owner){"vm ", config->vms[vm].name};
}

/* The provider of harts, memory and interrupts: the platform at build, the machine at boot. */
static inline struct config_owner config_owner_provider(const struct config_input *in)
{
    if (in->machine != NULL) {
        return (struct config_owner){"this machine", ""};
    }
    return (struct config_owner){"platform ", in->platform->name};
}

/* The host memory of mem[index] of a VM. */
struct config_region {
    struct range range;
    uint32_t vm;
    uint32_t index;
};

/* Host memory and its owner, which is no VM. */
struct config_claim {
    struct range range;
    struct config_owner owner;
};

/* Reports the common part of both ranges as a violation of `rule`, if they overlap. */
void config_check_overlap(struct config_run *run, enum config_rule rule,
                          const struct config_region *region, const struct config_claim *other);

/* The common part of two ranges that overlap. */
struct range config_common(struct range a, struct range b);

static inline uint32_t config_vm_bit(uint32_t vm)
{
    return (uint32_t)1 << vm;
}

static inline uint32_t config_vm_all(const struct hyp_config *config)
{
    return (uint32_t)(BIT(config->vm_count) - 1);
}

/* All VMs at build. None at boot: what the machine lacks is not for one VM, so they run without. */
static inline uint32_t config_vm_all_at_build(const struct config_run *run)
{
    return run->in->machine != NULL ? 0 : config_vm_all(run->config);
}
