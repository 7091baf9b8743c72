/* SPDX-License-Identifier: Apache-2.0 */
/* One VM with every hart, 16 MiB and no device, for most of the bare-metal guests. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "guest",
        .vcpu_count = 8,
        .hart_mask = 0xff,
        .allow_fewer_vcpus = true,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true}),
        .entry = 0x80000000,
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB, .preloaded = true},
        .dtb_gpa = 0x80200000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = TEST_IRQC,
    },
};

const struct hyp_config hyp_config = {
    .name = "bare",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
