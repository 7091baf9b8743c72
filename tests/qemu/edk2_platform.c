/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine, and the second bank of its flash: the tree has one node for both. */
#include <board.h>

const struct hyp_platform hyp_platform = {
    .name = "edk2",
    BOARD_MACHINE,
    BOARD_UART,
    .hart_count = 8,
    .irqc = {BOARD_PLIC, .priority_max = 7},
    HYP_DEVICES(
        BOARD_UART0, BOARD_RTC,
        {"flash", "cfi-flash", .hpa = 0x22000000, .size = 32 * HYP_MIB, .reg_size = 32 * HYP_MIB}),
};
