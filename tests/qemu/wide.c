/* SPDX-License-Identifier: Apache-2.0 */
/* VM wide has memory beyond 2^50 and needs a wider G-stage than VM narrow. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "wide",
        .vcpu_count = 1,
        .hart_mask = 0x1,
        VM_MEM({.gpa = 0x80000000, .size = 4 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true},
               {.gpa = UINT64_C(1) << 41, .size = 2 * HYP_MIB},
               {.gpa = UINT64_C(1) << 50, .size = 2 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB, .preloaded = true},
        .dtb_gpa = 0x80200000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
    },
    {
        .name = "narrow",
        .vcpu_count = 1,
        .hart_mask = 0x2,
        VM_MEM({.gpa = 0x80000000, .size = 4 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "narrow", .gpa = 0x80000000, .max_size = 1 * HYP_MIB},
        .dtb_gpa = 0x80200000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
    },
};

const struct hyp_config hyp_config = {
    .name = "wide",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
