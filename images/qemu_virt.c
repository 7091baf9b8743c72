/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debian Linux on two harts, with the machine's own kind of interrupt controller, beside a
 * real-time guest on one; both on one console.
 */
#include <hyp/vm/config.h>

const struct hyp_config hyp_config = {
    .name = "qemu_virt",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    .console_key = 0x1d, /* Ctrl-] */
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
            .bootargs = "console=ttyS0 earlycon=uart8250,mmio,0x10000000",
            .dtb_gpa = 0x87000000,
            .dtb_max_size = 64 * HYP_KIB,
            .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
            .irqc = {.model = HYP_IRQC_IMSIC,
                     .gpa = 0x0d000000,
                     .imsic_gpa = 0x28000000,
                     .source_count = 12},
            VM_IRQC_ELSE({.model = HYP_IRQC_APLIC, .gpa = 0x0d000000, .source_count = 12},
                         {.model = HYP_IRQC_PLIC,
                          .gpa = 0x0c000000,
                          .source_count = 96,
                          .m_contexts = true}),
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
