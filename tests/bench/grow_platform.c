/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's virt machine with a PLIC, and 32 devices more: report.py adds them to its device tree. */
#include <board.h>

#define DEVICE(n)                          \
    {                                      \
        .name = "device" #n,               \
        .compatible = "bench,device",      \
        .hpa = 0x60000000 + 0x1000 * 0##n, \
        .size = 0x1000,                    \
        .reg_size = 0x1000,                \
        .irq = {40 + 0##n},                \
    },
#define EIGHT(tens) \
    DEVICE(tens##0) \
    DEVICE(tens##1) \
    DEVICE(tens##2) DEVICE(tens##3) DEVICE(tens##4) DEVICE(tens##5) DEVICE(tens##6) DEVICE(tens##7)

const struct hyp_platform hyp_platform = {
    .name = "bench_grow",
    BOARD_MACHINE,
    BOARD_UART,
    .hart_count = 8,
    .irqc = {BOARD_PLIC, .priority_max = 7},
    /* Numbered in octal. */
    HYP_DEVICES(BOARD_UART0, EIGHT(0) EIGHT(1) EIGHT(2) EIGHT(3)),
};
