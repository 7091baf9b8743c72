/* SPDX-License-Identifier: Apache-2.0 */
/* One VM; its guest is also a payload for the machine itself. */
#include <hyp/vm/config.h>

const struct hyp_config hyp_config = {
    .name = "pmu",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS({
        .name = "guest",
        .vcpu_count = 2,
        .hart_mask = 0x3,
        .allow_fewer_vcpus = true,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true}),
        .entry = 0x80200000,
        .kernel = {.name = "kernel", .gpa = 0x80200000, .max_size = 1 * HYP_MIB, .preloaded = true},
        .dtb_gpa = 0x80f00000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = TEST_IRQC,
    }),
};
