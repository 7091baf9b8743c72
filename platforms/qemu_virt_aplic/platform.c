/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine with an APLIC: -M virt,aia=aplic. */
#include <board.h>

const struct hyp_platform hyp_platform = {
    .name = "qemu_virt_aplic",
    .irqc = {BOARD_APLIC, .priority_max = 7},
    BOARD,
};
