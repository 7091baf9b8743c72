/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's virt machine with a PLIC, and 32 devices more: report.py adds them to its device tree. */
#include <hyp/vm/config.h>

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
    HYP_MEM({.hpa = 0x80000000, .size = 2 * HYP_GIB}),
    .firmware = {.hpa = 0x80000000, .size = 2 * HYP_MIB},
    .load_hpa = 0x80200000,
    .hart_count = 8,
    .timebase_hz = 10000000,
    .irqc = {.model = HYP_IRQC_PLIC,
             .hpa = 0x0c000000,
             .size = 0x600000,
             .source_count = 96,
             .priority_max = 7},
    .uart = {.device = "uart0", .access_width = 1, .clock_hz = 3686400},
    /* Numbered in octal. */
    HYP_DEVICES({.name = "uart0",
                 .compatible = "ns16550a",
                 .hpa = 0x10000000,
                 .size = 0x1000,
                 .reg_size = 0x100,
                 .irq = {10}},
                EIGHT(0) EIGHT(1) EIGHT(2) EIGHT(3)),
    .finisher_hpa = 0x100000,
    .finisher_word = 0x13333,
};
