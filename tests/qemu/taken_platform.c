/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QEMU's `virt` machine with wrong devices: registers that the hypervisor uses, the firmware's
 * console, and registers of the firmware.
 */
#include <board.h>

const struct hyp_platform hyp_platform = {
    .name = "taken",
    BOARD_MACHINE,
    .hart_count = 8,
    .irqc = {.hpa = 0x0e000000, .size = 0x600000, .source_count = 96, .priority_max = 7},
    HYP_DEVICES({"uart", "x", .hpa = 0x10000000, .size = 0x1000},
                {"sswi", "x", .hpa = 0x2f00000, .size = 0x4000},
                {"aplic", "x", .hpa = 0xd000000, .size = 0x8000},
                {"files", "x", .hpa = 0x28000000, .size = 0x2000},
                {"machine", "x", .hpa = 0x24000000, .size = 0x1000},
                {"plic", "x", .hpa = 0xc000000, .size = 0x1000}),
};
