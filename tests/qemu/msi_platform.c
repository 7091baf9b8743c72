/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QEMU's `virt` machine with IMSICs and two devices that interrupt by messages alone: the RTC as an
 * edge, which the APLIC forwards, and the PCIe bus with the first MiB of its window.
 */
#include <hyp/vm/config.h>

const struct hyp_platform hyp_platform = {
    .name = "msi",
    HYP_MEM({.hpa = 0x80000000, .size = 2 * HYP_GIB}),
    .firmware = {.hpa = 0x80000000, .size = 2 * HYP_MIB},
    .load_hpa = 0x80200000,
    .hart_count = 8,
    .timebase_hz = 10000000,
    .irqc = {.model = HYP_IRQC_IMSIC,
             .hpa = 0x0d000000,
             .size = 0x8000,
             .imsic_hpa = 0x28000000,
             .imsic_size = 0x40000,
             .source_count = 97,
             .priority_max = 7},
    .uart = {.device = "uart0", .access_width = 1, .clock_hz = 3686400},
    HYP_DEVICES(
        {"uart0", "ns16550a", .hpa = 0x10000000, .size = 0x1000, .reg_size = 0x100, .irq = {10}},
        {"rtc", "google,goldfish-rtc", .hpa = 0x101000, .size = 0x1000, .reg_size = 0x1000,
         .irq = {11}, .irq_edge = true},
        {"pci", "pci-host-ecam-generic", .hpa = 0x30000000, .size = 0x10100000,
         .reg_size = 0x10000000, .dma = true}),
    .finisher_hpa = 0x100000,
    .finisher_word = 0x13333,
};
