/* SPDX-License-Identifier: Apache-2.0 */
/* VM owner has the UART of the log; VM other ends while owner writes. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "owner",
        .vcpu_count = 1,
        .hart_mask = 0x4,
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "own_uart", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        .dtb_gpa = 0x80100000,
        .dtb_max_size = 16 * HYP_KIB,
        VM_DEVICES({.name = "uart0", .gpa = 0x10000000}),
        .irqc = {.gpa = 0x0c000000, .source_count = 11},
    },
    {
        .name = "other",
        .vcpu_count = 1,
        .hart_mask = 0x2,
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "own_uart", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        .irqc = {.model = HYP_IRQC_NONE},
    },
};

const struct hyp_config hyp_config = {
    .name = "log_waits",
    .pool_size = 1 * HYP_MIB,
    .console_hart = TEST_CONSOLE_HART,
    .log_waits = true,
    HYP_VMS_OF(vms),
};
