/* SPDX-License-Identifier: Apache-2.0 */
/* Linux on two harts, with a real device, beside a guest that beats on a third hart. */
#include <hyp/vm/config.h>

const struct hyp_config hyp_config = {
    .name = "power",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS(
        {
            .name = "linux",
            .vcpu_count = 2,
            .hart_mask = 0x3,
            VM_MEM(
                {.gpa = 0x80000000, .size = 512 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true}),
            .entry = 0x80200000,
            .kernel = {.name = "linux_kernel",
                       .gpa = 0x80200000,
                       .max_size = 64 * HYP_MIB,
                       .preloaded = true},
            .initrd = {.name = "linux_initrd",
                       .gpa = 0x88000000,
                       .max_size = 32 * HYP_MIB,
                       .preloaded = true},
            .bootargs = "console=ttyS0",
            .dtb_gpa = 0x87000000,
            .dtb_max_size = 64 * HYP_KIB,
            VM_DEVICES({.name = "rtc", .gpa = 0x101000}),
            .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
            .irqc = TEST_IRQC,
        },
        {
            .name = "rt",
            .vcpu_count = 1,
            .hart_mask = 0x4,
            VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
            .entry = 0x80000000,
            .kernel = {.name = "beat", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
            .dtb_gpa = 0x80100000,
            .dtb_max_size = 16 * HYP_KIB,
            .console = {.kind = VM_CONSOLE_SBI},
            .irqc = {.model = HYP_IRQC_NONE},
            .real_time = true,
        }),
};
