/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs as in one_vm.c, a hart each: the memory that a VM takes. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "first",
        .vcpu_count = 1,
        .hart_mask = 0x1,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB}),
        .entry = 0x80200000,
        .kernel = {.name = "kernel", .gpa = 0x80200000, .max_size = 64 * HYP_KIB},
        .dtb_gpa = 0x80e00000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
        .irqc = {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96, .m_contexts = true},
    },
    {
        .name = "second",
        .vcpu_count = 1,
        .hart_mask = 0x2,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB}),
        .entry = 0x80200000,
        .kernel = {.name = "kernel", .gpa = 0x80200000, .max_size = 64 * HYP_KIB},
        .dtb_gpa = 0x80e00000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
        .irqc = {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96, .m_contexts = true},
    },
};

const struct hyp_config hyp_config = {
    .name = "bench_two_vms",
    .pool_size = 1 * HYP_MIB,
    HYP_VMS_OF(vms),
};
