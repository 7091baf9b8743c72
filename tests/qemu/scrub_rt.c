/* SPDX-License-Identifier: Apache-2.0 */
/* A VM with 512 MiB to clear, on the console's hart, beside a real-time guest. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "big",
        .vcpu_count = 1,
        .hart_mask = 0x1,
        VM_MEM({.gpa = 0x80000000, .size = 512 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB},
        .bootargs = "tree",
        .dtb_gpa = 0x80800000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
    },
    {
        .name = "rt",
        .vcpu_count = 1,
        .hart_mask = 0x2,
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "beat", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        .dtb_gpa = 0x80100000,
        .dtb_max_size = 16 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
        .real_time = true,
    },
};

const struct hyp_config hyp_config = {
    .name = "scrub_rt",
    .pool_size = 1 * HYP_MIB,
    HYP_VMS_OF(vms),
};
