/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fits a checked configuration to a world: to the platform's promises at build, to the machine
 * itself at boot. The same rules, the same placement, the same sentences.
 *
 * config_fit() decides what the configuration leaves open, on which harts each VM runs and where
 * its memory lies (config_plan.h), and tells what the world (config_input.h) lacks, one finding for
 * each broken rule (config_finding.h).
 *
 * The rules that only compare the configuration with itself and with its board are config_check()'s
 * (config_check.h). They cannot come out otherwise on another machine, so a build that ran
 * them all leaves them out of the image. A configuration that nothing has checked must go
 * through config_check() instead, at boot too: the loops here bound what they index, and no more.
 *
 *   config_fit.c           the frame: limits, decisions, rules, pool
 *   config_fit_harts.c     rules on harts
 *   config_fit_isa.c       on ISA extensions of harts
 *   config_fit_memory.c    on host memory
 *   config_fit_gpa.c       on the reach of guest-physical addresses
 *   config_fit_devices.c   on devices and their interrupts
 *   config_fit_irqc.c      on interrupt controllers
 *   config_run.c           tells findings
 *
 * Owner   Pure: no heap, no global, no output. The caller owns the plan.
 * Locks   None. Reentrant with distinct plans.
 * Context Any. Stack below 1 KiB a function; time grows with the square of what is configured.
 */
#pragma once

#include <hyp/vm/config_finding.h>
#include <hyp/vm/config_input.h>
#include <hyp/vm/config_plan.h>

/*
 * Fills the plan and tells `sink` each finding (NULL: nobody). At build the configuration fits if
 * plan->finding_count is 0. At boot the VMs of plan->runnable may run, whatever was found beside
 * them. `in->config` is one that config_check() found nothing in, with this platform.
 */
void config_fit(const struct config_input *in, struct config_plan *plan, config_sink *sink,
                void *arg);
