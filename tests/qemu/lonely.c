/* SPDX-License-Identifier: Apache-2.0 */
/* A real-time VM, and a console on hart 2, which a small machine lacks. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "rt",
        .vcpu_count = 1,
        .hart_mask = 0x1,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true}),
        .entry = 0x80000000,
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB, .preloaded = true},
        .dtb_gpa = 0x80200000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
        .real_time = true,
    },
};

const struct hyp_config hyp_config = {
    .name = "lonely",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 2,
    HYP_VMS_OF(vms),
};
