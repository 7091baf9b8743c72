/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs on a platform, for tests of config_check() and config_fit(). */
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

/* The violations of the last check(), with their messages. */
struct reported {
    struct config_violation violation;
    char text[256];
};

extern struct reported reported[64];
extern uint32_t reported_count;

/* Makes the configuration that breaks no rule; before each test. */
int set_up(void **state);

/* Runs config_check(), which fills `reported` and `plan`, and config_fit(), which must agree. */
void check(void);

/* Runs check() and expects one violation, of this rule, that blocks these VMs; or none. */
void expect_one(enum config_rule rule, uint32_t blocked);
void expect_none(void);

/* Runs check() and expects one violation that blocks these VMs, with this id and message. */
void expect_text(uint32_t blocked, const char *text);

/* Did the last check() report a violation of this rule? */
bool was_reported(enum config_rule rule);
