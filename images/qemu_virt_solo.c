/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One VM with every hart that looks like the QEMU virt machine itself: the same kind of interrupt
 * controller at the same place, UART and RTC passed through.
 */
#include <hyp/vm/config.h>

const struct hyp_config hyp_config = {
    .name = "qemu_virt_solo",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    .log_waits = true, /* The UART is the VM's. */
    HYP_VMS({
        .name = "linux",
        .vcpu_count = 8,
        .hart_mask = 0xff,
        .allow_fewer_vcpus = true,
        VM_MEM({.gpa = 0x80000000, .size = 1 * HYP_GIB, .hpa = 0xc0000000, .hpa_fixed = true}),
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
        VM_DEVICES({.name = "uart0", .gpa = 0x10000000}, {.name = "rtc", .gpa = 0x101000}),
        .irqc = {.model = HYP_IRQC_IMSIC,
                 .gpa = 0x0d000000,
                 .imsic_gpa = 0x28000000,
                 .source_count = 97},
        VM_IRQC_ELSE(
            {.model = HYP_IRQC_APLIC, .gpa = 0x0d000000, .source_count = 97},
            {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96, .m_contexts = true}),
    }),
};
