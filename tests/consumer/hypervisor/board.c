/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine with a PLIC, as far as this firmware uses it: the console is the SBI's. */
#include <hyp/vm/config.h>

const struct hyp_platform hyp_platform = {
    .name = "other_board",
    HYP_MEM({.hpa = 0x80000000, .size = 128 * HYP_MIB}),
    .firmware = {.hpa = 0x80000000, .size = 2 * HYP_MIB},
    .load_hpa = 0x80200000,
    .hart_count = 1,
    .timebase_hz = 10000000,
    .irqc = {.model = HYP_IRQC_PLIC,
             .hpa = 0x0c000000,
             .size = 0x600000,
             .source_count = 96,
             .priority_max = 7},
};
