/* SPDX-License-Identifier: Apache-2.0 */
/* One VM with a virtual UART where the machine has its own; its guest is a payload for both. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "walk",
        .vcpu_count = 1,
        .hart_mask = 0x1,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true}),
        .entry = 0x80200000,
        .kernel = {.name = "kernel", .gpa = 0x80200000, .max_size = 1 * HYP_MIB, .preloaded = true},
        .dtb_gpa = 0x80f00000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
        .irqc = {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96, .m_contexts = true},
    },
};

const struct hyp_config hyp_config = {
    .name = "access",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
