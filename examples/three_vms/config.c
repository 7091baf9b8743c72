/* SPDX-License-Identifier: Apache-2.0 */
/* Debian Linux, a real-time guest, and a guest that owns the RTC; a hart each, one console for all.
 */
#include <hyp/vm/config.h>

const struct hyp_config hyp_config = {
    .name = "three_vms",
    .pool_size = 1 * HYP_MIB,
    HYP_VMS(
        {
            .name = "linux",
            .vcpu_count = 1,
            .hart_mask = 0x1,
            VM_MEM(
                {.gpa = 0x80000000, .size = 256 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true}),
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
            .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
            .irqc =
                {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96, .m_contexts = true},
        },
        {
            .name = "rt",
            .vcpu_count = 1,
            .hart_mask = 0x2,
            VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
            .entry = 0x80000000,
            .kernel = {.name = "beat", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
            .console = {.kind = VM_CONSOLE_SBI},
            .irqc = {.model = HYP_IRQC_NONE},
            .real_time = true, /* never on the console hart */
        },
        {
            .name = "clock",
            .vcpu_count = 1,
            .hart_mask = 0x4,
            VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
            .entry = 0x80000000,
            .kernel = {.name = "clock", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
            VM_DEVICES({.name = "rtc", .gpa = 0x101000}),
            .console = {.kind = VM_CONSOLE_SBI},
            /* The RTC has an interrupt, so the VM has a controller; clock.c does not use it. */
            .irqc = {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 12},
        }),
};
