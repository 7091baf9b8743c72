/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs on one console: a has the console hart, unless there is a third hart. */
#include <hyp/vm/config.h>

#define VM(NAME, RT)                                                                            \
    {                                                                                           \
        .name = NAME, .vcpu_count = 1, VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),        \
        .entry = 0x80000000,                                                                    \
        .kernel = {.name = NAME, .gpa = 0x80000000, .max_size = 64 * HYP_KIB},                  \
        .console = {.kind = VM_CONSOLE_SBI}, .irqc = {.model = HYP_IRQC_NONE}, .real_time = RT, \
    }

static const struct vm_config vms[] = {VM("a", false), VM("b", TEST_REAL_TIME)};

const struct hyp_config hyp_config = {
    .name = "console",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
