/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine with a PLIC. */
#include <board.h>

const struct hyp_platform hyp_platform = {
    .name = "qemu_virt",
    .irqc =
        {
            .model = HYP_IRQC_PLIC,
            .hpa = 0x0c000000,
            .size = 0x600000,
            .source_count = 96,
            .priority_max = 7,
        },
    BOARD,
};
