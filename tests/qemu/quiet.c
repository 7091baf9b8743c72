/* SPDX-License-Identifier: Apache-2.0 */
/* A VM on the console's hart that prints nothing, and one that ends. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "silent",
        .vcpu_count = 1,
        .hart_mask = 0x1,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "cpu", .gpa = 0x80000000, .max_size = 1 * HYP_MIB},
        .bootargs = "sleep",
        .dtb_gpa = 0x80200000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
    },
    {
        .name = "ending",
        .vcpu_count = 1,
        .hart_mask = 0x2,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "cpu", .gpa = 0x80000000, .max_size = 1 * HYP_MIB},
        .dtb_gpa = 0x80200000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
    },
};

const struct hyp_config hyp_config = {
    .name = "quiet",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
