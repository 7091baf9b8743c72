/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine with an APLIC and IMSICs: -M virt,aia=aplic-imsic,aia-guests=N. */
#include <board.h>

const struct hyp_platform hyp_platform = {
    .name = "qemu_virt_imsic",
    .irqc =
        {
            .model = HYP_IRQC_IMSIC,
            .hpa = 0x0d000000,
            .size = 0x8000,
            .imsic_hpa = 0x28000000,
            .imsic_size = 0x40000, /* 8 harts, each with up to 7 guest interrupt files. */
            .source_count = 97,
            .priority_max = 7,
        },
    BOARD,
};
