/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs that send hostile bytes to the operator's terminal: one of them has the focus. */
#include <hyp/vm/config.h>

#define VM(NAME)                                                                         \
    {                                                                                    \
        .name = NAME, .vcpu_count = 1, VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}), \
        .entry = 0x80000000,                                                             \
        .kernel = {.name = NAME, .gpa = 0x80000000, .max_size = 64 * HYP_KIB},           \
        .console = {.kind = VM_CONSOLE_SBI}, .irqc = {.model = HYP_IRQC_NONE},           \
    }

static const struct vm_config vms[] = {VM("a"), VM("b")};

const struct hyp_config hyp_config = {
    .name = "terminal",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
