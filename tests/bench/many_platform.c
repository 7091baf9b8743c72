/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine with a PLIC and the most harts. */
#include <hyp/vm/config.h>

const struct hyp_platform hyp_platform = {
    .name = "many",
    HYP_MEM({.hpa = 0x80000000, .size = 2 * HYP_GIB}),
    .firmware = {.hpa = 0x80000000, .size = 2 * HYP_MIB},
    .load_hpa = 0x80200000,
    .hart_count = HYP_HART_MAX,
    .timebase_hz = 10000000,
    .irqc = {.model = HYP_IRQC_PLIC,
             .hpa = 0x0c000000,
             .size = 0x600000,
             .source_count = 96,
             .priority_max = 7},
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
                 .irq = {11}}),
    HYP_RESERVED({.owner = "the hypervisor's SSWI", .mem = {.hpa = 0x2f00000, .size = 0x4000}}),
    .finisher_hpa = 0x100000,
    .finisher_word = 0x13333,
};
