/* SPDX-License-Identifier: Apache-2.0 */
/* A hostile guest on two harts, one of them the console's, beside a real-time guest on a third. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "hostile",
        .vcpu_count = 2,
        .hart_mask = 0x3,
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB},
               {.gpa = 0x90000000, .size = 4 * HYP_KIB, .access = HYP_ACCESS_R}),
        .entry = 0x80000000,
        .kernel = {.name = "hostile", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        .dtb_gpa = 0x80100000,
        .dtb_max_size = 16 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
        .irqc = TEST_IRQC,
    },
    {
        .name = "rt",
        .vcpu_count = 1,
        .hart_mask = 0x4,
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "beat", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        .dtb_gpa = 0x80100000,
        .dtb_max_size = 16 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
        .real_time = true,
    },
};

const struct hyp_config hyp_config = {
    .name = "hostile",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    .console_key = 0x1d, /* Ctrl-] */
    HYP_VMS_OF(vms),
};
