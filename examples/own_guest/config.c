/* SPDX-License-Identifier: Apache-2.0 */
/* One VM on two harts, whose guest is hello.c. */
#include <hyp/vm/config.h>

const struct hyp_config hyp_config = {
    .name = "own_guest",
    .pool_size = 1 * HYP_MIB,
    HYP_VMS({
        .name = "hello",
        .vcpu_count = 2,
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "hello", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
    }),
};
