/* SPDX-License-Identifier: Apache-2.0 */
/* A VM on whose first hart the hypervisor goes wrong, beside a real-time VM that goes on. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "victim",
        .vcpu_count = 2,
        .hart_mask = 0xa,
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "victim", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
    },
    {
        .name = "rt",
        .vcpu_count = 1,
        .hart_mask = 0x4,
        /* The test reads and writes this VM's memory at its host address. */
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB, .hpa = 0x90000000, .hpa_fixed = true}),
        .entry = 0x80000000,
        .kernel = {.name = "beat", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
        .real_time = true,
    },
};

const struct hyp_config hyp_config = {
    .name = "faults",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
