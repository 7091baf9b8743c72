/* SPDX-License-Identifier: Apache-2.0 */
/* A VM whose kernel and initrd are loaded before boot, the kernel at an address for Linux. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "guest",
        .vcpu_count = 1,
        .hart_mask = 0x1,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true}),
        .entry = 0x80200000,
        .kernel = {.name = "kernel", .gpa = 0x80200000, .max_size = 1 * HYP_MIB, .preloaded = true},
        .initrd =
            {.name = "initrd", .gpa = 0x80400000, .max_size = 64 * HYP_KIB, .preloaded = true},
        .dtb_gpa = 0x80500000,
        .dtb_max_size = 16 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
    },
};

const struct hyp_config hyp_config = {
    .name = "files",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
