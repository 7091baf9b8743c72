/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs, one hart each: harts 0 and 1 need not have the same extensions. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "poor",
        .vcpu_count = 1,
        .hart_mask = 0x1,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true}),
        .entry = 0x80000000,
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB},
        .dtb_gpa = 0x80200000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.gpa = 0x0c000000, .source_count = 96, .m_contexts = true},
    },
    {
        .name = "rich",
        .vcpu_count = 1,
        .hart_mask = 0x2,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB, .hpa = 0xa2000000, .hpa_fixed = true}),
        .entry = 0x80000000,
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB},
        .dtb_gpa = 0x80200000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
        .isa_required = "sstc zicboz",
    },
};

const struct hyp_config hyp_config = {
    .name = "kinds",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
