/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine, but for its PLIC: address and size are wrong. */
#include <hyp/vm/config.h>

const struct hyp_platform hyp_platform = {
    .name = "elsewhere",
    HYP_MEM({.hpa = 0x80000000, .size = 2 * HYP_GIB}),
    .firmware = {.hpa = 0x80000000, .size = 2 * HYP_MIB},
    .load_hpa = 0x80200000,
    .hart_count = 8,
    .timebase_hz = 10000000,
    .irqc = {.hpa = 0x40000000, .size = 0x4000000, .source_count = 96, .priority_max = 7},
    HYP_DEVICES({"rtc", "google,goldfish-rtc", .hpa = 0x101000, .size = 0x1000, .reg_size = 0x1000,
                 .irq = {11}}),
    .finisher_hpa = 0x100000,
    .finisher_word = 0x13333,
};
