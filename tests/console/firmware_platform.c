/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine without a UART of the hypervisor: the console is the firmware's. */
#include <board.h>

const struct hyp_platform hyp_platform = {
    .name = "firmware",
    BOARD_MACHINE,
    .hart_count = 8,
    .irqc = {BOARD_PLIC, .priority_max = 7},
    HYP_DEVICES(BOARD_RTC),
};
