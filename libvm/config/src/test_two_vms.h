/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs on a board, for tests of the checker: each test changes what it is about. */
#pragma once

#include <hyp/base/bits.h>
#include <hyp/vm/config_check.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

extern struct hyp_mem ram[2];
extern struct hyp_device devices[3];
extern struct hyp_platform platform;
extern struct vm_mem mem_a[CONFIG_MEM_MAX];
extern struct vm_mem mem_b[CONFIG_MEM_MAX];
extern struct vm_device devices_a[2];
extern struct vm_config vms[HYP_VM_MAX];
extern struct hyp_config config;
extern struct hyp_mem reserved[1];
extern struct config_machine machine;
extern struct config_input in;
extern struct config_plan plan;

/* What was told. */
extern struct config_finding findings[64];
extern uint32_t told;

/* Before each test. */
int set_up(void **state);

/* Runs config_check() and config_fit(): findings, told, plan; and that they agree. */
void check(void);

/* check(), and exactly one finding: this rule, blocking these VMs; or none. */
void expect_one(enum config_rule rule, uint32_t blocked);
void expect_none(void);

/* By the last check(). */
bool was_told(enum config_rule rule);
