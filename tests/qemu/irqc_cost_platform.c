/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QEMU's `virt` machine as if its virtio slots had four interrupts each, 32 … 63, which the machine
 * has, though nothing drives most of them.
 */
#include <board.h>

#define SLOT(n, source)                                                              \
    {                                                                                \
        .name = "d" #n, .compatible = "libhyp,none", .hpa = 0x10001000 + (n)*0x1000, \
        .size = 0x1000, .reg_size = 0x1000,                                          \
        .irq = {source, (source) + 1, (source) + 2, (source) + 3},                   \
    }

const struct hyp_platform hyp_platform = {
    .name = "irqc_cost",
    BOARD_MACHINE,
    BOARD_UART,
    .hart_count = 8,
    .irqc = {TEST_IRQC, .priority_max = 7}, /* BOARD_PLIC, BOARD_APLIC or BOARD_IMSIC */
    HYP_DEVICES(BOARD_UART0, BOARD_RTC, SLOT(0, 32), SLOT(1, 36), SLOT(2, 40), SLOT(3, 44),
                SLOT(4, 48), SLOT(5, 52), SLOT(6, 56), SLOT(7, 60)),
};
