/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine with a PLIC. */
#include <board.h>

const struct hyp_platform hyp_platform = {
    .name = "qemu_virt",
    .irqc = {BOARD_PLIC, .priority_max = 7},
    BOARD,
};
