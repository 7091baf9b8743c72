/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One VM with TEST_VCPUS vCPUs, one of each hart in TEST_HARTS, a controller TEST_IRQC, and 32
 * sources of the machine in one word.
 */
#include <hyp/vm/config.h>

#define SLOT(n) {.name = "d" #n, .gpa = 0x10001000 + (n)*0x1000},
/* The devices of sources 32 to 63: TEST_SLOTS is one of these. */
#define SLOTS SLOT(0) SLOT(1) SLOT(2) SLOT(3) SLOT(4) SLOT(5) SLOT(6) SLOT(7)
#define NO_SLOTS

static const struct vm_config vms[] = {
    {
        .name = "guest",
        .vcpu_count = TEST_VCPUS,
        .hart_mask = TEST_HARTS,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB},
        VM_DEVICES({.name = "rtc", .gpa = 0x101000}, TEST_SLOTS),
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
        .irqc = TEST_IRQC,
    },
};

const struct hyp_config hyp_config = {
    .name = "irqc_cost",
    .pool_size = 2 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
