/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that do not depend on the machine, by subject: config_check_SUBJECT() is in
 * config_check_SUBJECT.c. Each reports the violations of its rules, after config_fit_run().
 */
#pragma once

#include "config_run.h"

void config_check_vms(struct config_run *run);
void config_check_harts(struct config_run *run);
void config_check_memory(struct config_run *run);
void config_check_gpa(struct config_run *run);
void config_check_devices(struct config_run *run);
void config_check_irqs(struct config_run *run);
void config_check_files(struct config_run *run);

/* config_check_console.c */
void config_check_keys(struct config_run *run);
void config_check_log_waits(struct config_run *run, uint32_t vm);

/* config_check_memory.c */
void config_check_pool(struct config_run *run);
