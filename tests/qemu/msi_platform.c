/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QEMU's `virt` machine with IMSICs and two devices that interrupt by messages alone: the RTC as an
 * edge, which the APLIC forwards, and the PCIe bus with the first MiB of its window.
 */
#include <board.h>

const struct hyp_platform hyp_platform = {
    .name = "msi",
    BOARD_MACHINE,
    BOARD_UART,
    .hart_count = 8,
    .irqc = {BOARD_IMSIC, .priority_max = 7},
    HYP_DEVICES(BOARD_UART0,
                {"rtc", "google,goldfish-rtc", .hpa = 0x101000, .size = 0x1000, .reg_size = 0x1000,
                 .irq = {11}, .irq_edge = true},
                {"pci", "pci-host-ecam-generic", .hpa = 0x30000000, .size = 0x10100000,
                 .reg_size = 0x10000000, .dma = true}),
};
