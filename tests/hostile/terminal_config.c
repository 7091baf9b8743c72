/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs that send hostile bytes to the operator's terminal: one of them has the focus. */
#include <hyp/vm/config.h>

static const struct vm_mem mem[] = {{.gpa = 0x80000000, .size = 2 * HYP_MIB}};

#define VM(NAME)                                                                        \
    {                                                                                   \
        .name = NAME, .vcpu_count = 1, .mem = mem, .mem_count = 1, .entry = 0x80000000, \
        .kernel = {.name = NAME, .gpa = 0x80000000, .max_size = 64 * HYP_KIB},          \
        .console = {.kind = VM_CONSOLE_SBI}, .irqc = {.model = HYP_IRQC_NONE},          \
    }

static const struct vm_config vms[] = {VM("a"), VM("b")};

const struct hyp_config hyp_config = {
    .name = "terminal",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    .vms = vms,
    .vm_count = sizeof(vms) / sizeof(vms[0]),
};
