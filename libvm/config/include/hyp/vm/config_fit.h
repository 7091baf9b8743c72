/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fits a checked configuration to the platform at build, and to the machine at boot. Rules,
 * placement and messages are the same for both.
 *
 * config_fit() decides what the configuration leaves open: the harts of each VM, and the address of
 * its memory (config_plan.h). It reports a violation for each rule that the platform or the machine
 * (config_input.h) does not satisfy (config_violation.h).
 *
 * The rules that compare the configuration only with itself and with its platform belong to
 * config_check() (config_check.h). Their result is the same on every machine, so an image, which
 * the build has checked, does not contain them. A configuration that was never checked must go
 * through config_check() at boot: the loops here check the limits of their arrays and no more.
 *
 *   config_fit.c           limits, decisions, pool
 *   config_fit_harts.c     rules about harts
 *   config_fit_isa.c       about the ISA extensions of harts
 *   config_fit_memory.c    about host memory
 *   config_fit_gpa.c       about guest-physical addresses that cannot be mapped
 *   config_fit_devices.c   about devices and their interrupts
 *   config_fit_irqc.c      about interrupt controllers
 *   config_violation.c     hands violations to the caller
 *
 * Owner   Pure: no heap, no global, no output. The caller owns the plan.
 * Locks   None. Reentrant with distinct plans.
 * Context Any. Stack below 1 KiB a function; time grows with the square of what is configured.
 */
#pragma once

#include <hyp/vm/config_input.h>
#include <hyp/vm/config_plan.h>
#include <hyp/vm/config_violation.h>

/*
 * Fills the plan and hands each violation to `sink` (NULL: to nobody). At build the configuration
 * fits if plan->violation_count is 0. At boot the VMs of plan->runnable may run, even if there are
 * violations. config_check() has found no violation in `in->config` with this platform.
 */
void config_fit(const struct config_input *in, struct config_plan *plan, config_sink *sink,
                void *arg);
