/* SPDX-License-Identifier: Apache-2.0 */
/* One VM up to the machine's last byte: QEMU's device tree is in its memory. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "guest",
        .vcpu_count = 1,
        VM_MEM({.gpa = 0x80000000,
                .size = 4 * HYP_MIB,
                .hpa = 0xa0000000,
                .hpa_fixed = true,
                .keep = TEST_KEEP,
                .name = "ram"},
               {.gpa = 0x90000000, .size = 64 * HYP_KIB}),
        .entry = 0x80000000,
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 4 * HYP_MIB, .preloaded = true},
        .bootargs = "tree",
        .dtb_gpa = 0x90000000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
    },
};

const struct hyp_config hyp_config = {
    .name = "scrub_tree",
    .pool_size = 1 * HYP_MIB,
    HYP_VMS_OF(vms),
};
