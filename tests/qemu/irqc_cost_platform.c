/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QEMU's `virt` machine as if its virtio slots had four interrupts each, 32 … 63, which the machine
 * has, though nothing drives most of them.
 */
#include <hyp/vm/config.h>

/* The machine's controllers. TEST_IRQC is one of these. */
#define VIRT_APLIC .model = HYP_IRQC_APLIC, .hpa = 0x0d000000, .size = 0x8000, .source_count = 97
#define VIRT_IMSIC                                                                       \
    .model = HYP_IRQC_IMSIC, .hpa = 0x0d000000, .size = 0x8000, .imsic_hpa = 0x28000000, \
    .imsic_size = 0x40000, .source_count = 97
#define VIRT_PLIC .model = HYP_IRQC_PLIC, .hpa = 0x0c000000, .size = 0x600000, .source_count = 96

#define SLOT(n, source)                                                              \
    {                                                                                \
        .name = "d" #n, .compatible = "libhyp,none", .hpa = 0x10001000 + (n)*0x1000, \
        .size = 0x1000, .reg_size = 0x1000,                                          \
        .irq = {source, (source) + 1, (source) + 2, (source) + 3},                   \
    }

const struct hyp_platform hyp_platform = {
    .name = "irqc_cost",
    HYP_MEM({.hpa = 0x80000000, .size = 2 * HYP_GIB}),
    .firmware = {.hpa = 0x80000000, .size = 2 * HYP_MIB},
    .load_hpa = 0x80200000,
    .hart_count = 8,
    .timebase_hz = 10000000,
    .irqc = {TEST_IRQC, .priority_max = 7},
    .uart = {.device = "uart0", .access_width = 1, .clock_hz = 3686400},
    HYP_DEVICES({.name = "uart0",
                 .compatible = "ns16550a",
                 .hpa = 0x10000000,
                 .size = 0x1000,
                 .reg_size = 0x100,
                 .irq = {10}},
                {.name = "rtc",
                 .compatible = "google,goldfish-rtc",
                 .hpa = 0x101000,
                 .size = 0x1000,
                 .reg_size = 0x1000,
                 .irq = {11}},
                SLOT(0, 32), SLOT(1, 36), SLOT(2, 40), SLOT(3, 44), SLOT(4, 48), SLOT(5, 52),
                SLOT(6, 56), SLOT(7, 60)),
    .finisher_hpa = 0x100000,
    .finisher_word = 0x13333,
};
