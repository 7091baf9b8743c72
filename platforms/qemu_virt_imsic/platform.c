/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine with an APLIC and IMSICs: -M virt,aia=aplic-imsic,aia-guests=N. */
#include <board.h>

const struct hyp_platform hyp_platform = {
    .name = "qemu_virt_imsic",
    .irqc = {BOARD_IMSIC, .priority_max = 7},
    BOARD,
};
