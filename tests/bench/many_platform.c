/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine with a PLIC and the most harts. */
#include <board.h>

const struct hyp_platform hyp_platform = {
    .name = "many",
    BOARD_MACHINE,
    BOARD_UART,
    BOARD_RESERVED,
    .hart_count = HYP_HART_MAX,
    .irqc = {BOARD_PLIC, .priority_max = 7},
    HYP_DEVICES(BOARD_UART0, BOARD_RTC),
};
