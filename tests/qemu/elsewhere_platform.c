/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine, but for its PLIC: address and size are wrong. */
#include <board.h>

const struct hyp_platform hyp_platform = {
    .name = "elsewhere",
    BOARD_MACHINE,
    .hart_count = 8,
    .irqc = {.hpa = 0x40000000, .size = 0x4000000, .source_count = 96, .priority_max = 7},
    HYP_DEVICES(BOARD_RTC),
};
