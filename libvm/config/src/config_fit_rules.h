/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules on the world, by subject. Each judges its own and tells what it finds, once the limits hold
 * and the plan is filled. config_fit_SUBJECT() is in config_fit_SUBJECT.c.
 */
#pragma once

#include <hyp/vm/config_fit.h>

#include "config_run.h"

void config_fit_harts(struct config_run *run);
void config_fit_isa(struct config_run *run);
void config_fit_memory(struct config_run *run);
void config_fit_devices(struct config_run *run, uint32_t vm);
void config_fit_irqc(struct config_run *run, uint32_t vm);

/* Can something that the VM sees at [gpa, gpa + size) be mapped? */
void config_fit_gpa(struct config_run *run, uint32_t vm, const char *what, uint64_t gpa,
                    uint64_t size);

/* config_fit_isa.c: the extensions that the VM can be granted on its harts, by in->machine. */
uint64_t config_vm_isa(const struct config_run *run, uint32_t vm);

/* config_fit.c: all of them. False: a limit is broken, and nothing else was looked at. */
bool config_fit_run(struct config_run *run);
