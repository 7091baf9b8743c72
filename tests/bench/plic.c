/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One VM with every hart that looks like the QEMU virt machine itself, with UART and RTC passed
 * through. The build chooses its name, vCPUs, pool and interrupt controller.
 */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "linux",
        .vcpu_count = TEST_VCPUS,
        .hart_mask = TEST_HARTS,
        .allow_fewer_vcpus = true,
        VM_MEM({.gpa = 0x80000000, .size = 1 * HYP_GIB, .hpa = 0xc0000000, .hpa_fixed = true}),
        .entry = 0x80200000,
        .kernel = {.name = "linux_kernel",
                   .gpa = 0x80200000,
                   .max_size = 64 * HYP_MIB,
                   .preloaded = true},
        .initrd = {.name = "linux_initrd",
                   .gpa = 0x88000000,
                   .max_size = 96 * HYP_MIB,
                   .preloaded = true},
        .bootargs = "console=ttyS0",
        .dtb_gpa = 0x87000000,
        .dtb_max_size = 64 * HYP_KIB,
        VM_DEVICES({.name = "uart0", .gpa = 0x10000000}, {.name = "rtc", .gpa = 0x101000}),
        .irqc = TEST_IRQC,
    },
};

const struct hyp_config hyp_config = {
    .name = TEST_NAME,
    .pool_size = TEST_POOL_MIB * HYP_MIB,
    .console_hart = 0,
    .log_waits = true, /* The UART is the VM's. */
    HYP_VMS_OF(vms),
};
