/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine, and the second bank of its flash: the tree has one node for both. */
#include <hyp/vm/config.h>

const struct hyp_platform hyp_platform = {
    .name = "edk2",
    HYP_MEM({.hpa = 0x80000000, .size = 2 * HYP_GIB}),
    .firmware = {.hpa = 0x80000000, .size = 2 * HYP_MIB},
    .load_hpa = 0x80200000,
    .hart_count = 8,
    .timebase_hz = 10000000,
    .irqc = {.hpa = 0x0c000000, .size = 0x600000, .source_count = 96, .priority_max = 7},
    .uart = {.device = "uart0", .access_width = 1, .clock_hz = 3686400},
    HYP_DEVICES(
        {"uart0", "ns16550a", .hpa = 0x10000000, .size = 0x1000, .reg_size = 0x100, .irq = {10}},
        {"rtc", "google,goldfish-rtc", .hpa = 0x101000, .size = 0x1000, .reg_size = 0x1000,
         .irq = {11}},
        {"flash", "cfi-flash", .hpa = 0x22000000, .size = 32 * HYP_MIB, .reg_size = 32 * HYP_MIB}),
    .finisher_hpa = 0x100000,
    .finisher_word = 0x13333,
};
