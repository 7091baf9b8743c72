/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges a configuration, whole: what config_fit() asks of the world, and all that a configuration
 * can get wrong by itself. The build's checker runs it; an image is made of what it passes.
 *
 *   config_check.c           the frame: the order of the rules
 *   config_check_vm.c        names, extensions and budgets of VMs
 *   config_check_console.c   keys of the console and the log
 *   config_check_harts.c     harts: one owner each
 *   config_check_memory.c    host memory: one owner each
 *   config_check_gpa.c       guest-physical addresses: one thing at each place
 *   config_check_devices.c   devices: one owner each
 *   config_check_irqs.c      interrupts: one owner each
 *   config_check_files.c     entry, files, device tree
 *   config_owner.c           who has which device
 *
 * Units, owner, locks, context as in config_fit.h.
 */
#pragma once

#include <hyp/vm/config_fit.h>

/*
 * Checks everything, tells `sink` each finding (NULL: nobody) and fills the plan.
 * The configuration is valid if plan->finding_count is 0. Every finding is an error, and where two
 * owners clash, neither of them is in plan->runnable. `in->machine` is NULL at build; with one, the
 * rules of config_fit() are judged on it, and all others as without.
 */
void config_check(const struct config_input *in, struct config_plan *plan, config_sink *sink,
                  void *arg);

/* config_rule_text.c: config_finding.text of any rule; `rule` is below CONFIG_RULE_COUNT. */
const char *config_rule_text(enum config_rule rule);
