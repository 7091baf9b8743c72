/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine with an APLIC: -M virt,aia=aplic. */
#include <board.h>

const struct hyp_platform hyp_platform = {
    .name = "qemu_virt_aplic",
    .irqc =
        {
            .model = HYP_IRQC_APLIC,
            .hpa = 0x0d000000,
            .size = 0x8000,
            .source_count = 97,
            .priority_max = 7,
        },
    BOARD,
};
