/* SPDX-License-Identifier: Apache-2.0 */
/* The VM of one_vm.c on two harts: the memory that a hart takes. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "first",
        .vcpu_count = 2,
        .hart_mask = 0x3,
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
    .name = "bench_two_harts",
    .pool_size = 1 * HYP_MIB,
    HYP_VMS_OF(vms),
};
