/* SPDX-License-Identifier: Apache-2.0 */
/* Debian Linux on two harts with a controller of its own; the console is a third hart's. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "linux",
        .vcpu_count = 2,
        .hart_mask = 0x3,
        VM_MEM({.gpa = 0x80000000, .size = 512 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true}),
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
        VM_DEVICES({.name = "rtc", .gpa = 0x101000}),
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
        .irqc = TEST_IRQC,
    },
};

const struct hyp_config hyp_config = {
    .name = TEST_NAME,
    .pool_size = 1 * HYP_MIB,
    .console_hart = 2,
    HYP_VMS_OF(vms),
};
