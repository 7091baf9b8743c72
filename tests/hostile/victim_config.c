/* SPDX-License-Identifier: Apache-2.0 */
/* A victim that is not real-time on the console hart, beside a hostile guest on the two others. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "victim",
        .vcpu_count = 1,
        .hart_mask = 0x1,
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "victim", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
    },
    {
        .name = "hostile",
        .vcpu_count = 2,
        .hart_mask = 0x6,
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "hostile", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
        .irqc = TEST_IRQC,
    },
};

const struct hyp_config hyp_config = {
    .name = "victim",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
