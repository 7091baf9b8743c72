/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM with the memory and the vCPUs of calls.h. The build sets TEST_CONSOLE, TEST_BOOTARGS, and
 * TEST_SLOW, which is true if no exit is fast.
 */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "guest",
        .vcpu_count = 3,
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB},
               {.gpa = 0x90000000, .size = 4 * HYP_KIB, .access = HYP_ACCESS_R | HYP_ACCESS_X},
               {.gpa = 0xa0000000, .size = 4 * HYP_KIB, .access = HYP_ACCESS_R | HYP_ACCESS_W}),
        .entry = 0x80000000,
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 256 * HYP_KIB},
        .dtb_gpa = 0x80100000,
        .dtb_max_size = 64 * HYP_KIB,
        .bootargs = TEST_BOOTARGS,
        .console = {.kind = TEST_CONSOLE},
        .irqc = TEST_IRQC,
        .no_fast_exits = TEST_SLOW,
    },
};

const struct hyp_config hyp_config = {
    .name = "sbi",
    .pool_size = 1 * HYP_MIB,
    HYP_VMS_OF(vms),
};
