/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that depend on the machine, by subject: config_fit_SUBJECT() is in config_fit_SUBJECT.c.
 * Each reports the violations of its rules. The caller has checked the limits and filled the plan.
 */
#pragma once

#include <hyp/vm/config_fit.h>

#include "config_run.h"

void config_fit_harts(struct config_run *run);
void config_fit_isa(struct config_run *run);
void config_fit_memory(struct config_run *run);
void config_fit_devices(struct config_run *run, uint32_t vm);
void config_fit_irqc(struct config_run *run, uint32_t vm);

/* Checks that the VM's [gpa, gpa + size), which holds `what`, can be mapped. */
void config_fit_gpa(struct config_run *run, uint32_t vm, const char *what, uint64_t gpa,
                    uint64_t size);

/* config_fit_isa.c: the extensions that the VM can be granted on its harts; needs in->machine. */
uint64_t config_vm_isa(const struct config_run *run, uint32_t vm);

/* config_fit.c: runs all of them. False: a limit is violated, and nothing else was checked. */
bool config_fit_run(struct config_run *run);
