/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM with all that has a fast exit: a virtual controller and UART, a device, a second hart. The
 * build sets TEST_IRQC, TEST_CONSOLE, and TEST_SLOW, which is true if no exit is fast.
 */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "guest",
        .vcpu_count = 2,
        .hart_mask = 0x3,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB},
        .dtb_gpa = 0x80200000,
        .dtb_max_size = 64 * HYP_KIB,
        VM_DEVICES({.name = "rtc", .gpa = 0x101000}),
        .console = TEST_CONSOLE,
        .irqc = TEST_IRQC,
        .no_fast_exits = TEST_SLOW,
    },
};

const struct hyp_config hyp_config = {
    .name = "exits",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
