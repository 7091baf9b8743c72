/* SPDX-License-Identifier: Apache-2.0 */
/* One VM with a device and read-only memory; the console's hart is not the one that boots. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "guest",
        .vcpu_count = 3,
        .hart_mask = 0x7,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true},
               {.gpa = 0x90000000, .size = 64 * HYP_KIB, .access = HYP_ACCESS_R}),
        .entry = 0x80000000,
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB, .preloaded = true},
        .initrd = {.name = "text", .gpa = 0x90000000, .max_size = 64 * HYP_KIB},
        .dtb_gpa = 0x80200000,
        .dtb_max_size = 64 * HYP_KIB,
        VM_DEVICES({.name = "rtc", .gpa = 0x101000}),
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = TEST_IRQC,
    },
};

const struct hyp_config hyp_config = {
    .name = "routed",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 1,
    HYP_VMS_OF(vms),
};
