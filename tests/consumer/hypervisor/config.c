/* SPDX-License-Identifier: Apache-2.0 */
/* One small guest on one hart, with a virtual PLIC. */
#include <hyp/vm/config.h>

const struct hyp_config hyp_config = {
    .name = "consumer",
    .pool_size = 512 * HYP_KIB,
    HYP_VMS({
        .name = "small",
        .vcpu_count = 1,
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "guest", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 32},
    }),
};
