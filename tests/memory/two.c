/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs that beat: one with whatever interrupt controller the machine gives, one without. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "left",
        .vcpu_count = 2,
        .hart_mask = 0x3,
        VM_MEM({.gpa = 0x80000000, .size = 4 * HYP_MIB},
               {.gpa = 0xc0000000, .size = 16 * HYP_KIB, .access = HYP_ACCESS_R}),
        .entry = 0x80000000,
        .kernel = {.name = "left", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        VM_DEVICES({.name = "rtc", .gpa = 0x00101000}),
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_IMSIC,
                 .gpa = 0x0d000000,
                 .imsic_gpa = 0x28000000,
                 .source_count = 97},
        VM_IRQC_ELSE({.model = HYP_IRQC_APLIC, .gpa = 0x0d000000, .source_count = 97},
                     {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96}),
    },
    {
        .name = "right",
        .vcpu_count = 1,
        .hart_mask = 0x4,
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "right", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
        .real_time = true,
    },
};

const struct hyp_config hyp_config = {
    .name = "two",
    .pool_size = 1 * HYP_MIB,
    HYP_VMS_OF(vms),
};
