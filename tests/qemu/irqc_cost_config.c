/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One VM with 8 vCPUs, a controller of the most sources and 32 sources of the machine in one word.
 * Those with an APLIC, and IMSICs, are made of this file.
 */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "guest",
        .vcpu_count = 8,
        .hart_mask = 0xff,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB},
        VM_DEVICES({.name = "rtc", .gpa = 0x101000}, {.name = "d0", .gpa = 0x10001000},
                   {.name = "d1", .gpa = 0x10002000}, {.name = "d2", .gpa = 0x10003000},
                   {.name = "d3", .gpa = 0x10004000}, {.name = "d4", .gpa = 0x10005000},
                   {.name = "d5", .gpa = 0x10006000}, {.name = "d6", .gpa = 0x10007000},
                   {.name = "d7", .gpa = 0x10008000}),
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
        .irqc = {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 1024, .m_contexts = 1},
    },
};

const struct hyp_config hyp_config = {
    .name = "irqc_cost",
    .pool_size = 2 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
