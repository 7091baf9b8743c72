/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks a whole configuration: the rules that depend on the machine (config_fit.h), and all that
 * do not. The config tool runs it at build, and an image is made only of a configuration without
 * violations.
 *
 *   config_check.c           the order of the rules
 *   config_check_vms.c       names, extensions and exit budgets of VMs
 *   config_check_console.c   keys of the console and the log
 *   config_check_harts.c     a hart has one owner
 *   config_check_memory.c    host memory has one owner
 *   config_check_gpa.c       guest-physical addresses do not overlap
 *   config_check_devices.c   a device has one owner
 *   config_check_irqs.c      an interrupt has one owner
 *   config_check_files.c     entry, files, device tree
 *   config_owner.c           finds the owner of a device
 *   config_rules.c           the table of rules
 *
 * Units, owner, locks and context are those of config_fit.h.
 */
#pragma once

#include <hyp/vm/config_fit.h>

/*
 * Checks all rules, hands each violation to `sink` (NULL: to nobody) and fills the plan. The
 * configuration is valid if plan->violation_count is 0. If two owners share something, neither is
 * in plan->runnable. `in->machine` is NULL at build; if it is not, the rules of config_fit() are
 * checked with it, and the other rules without it.
 */
void config_check(const struct config_input *in, struct config_plan *plan, config_sink *sink,
                  void *arg);

/* A row of the table of rules. */
struct config_rule_row {
    enum config_rule rule;
    const char *id;      /* "E-HART-TWICE" */
    const char *where;   /* "vm_config.hart_mask": the member of config.h to look at first. */
    const char *meaning; /* A sentence. */
};

/* `rule` is below CONFIG_RULE_COUNT. */
const struct config_rule_row *config_rules_get(enum config_rule rule);
