/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QEMU's `virt` machine with wrong devices: registers that the hypervisor uses, the firmware's
 * console, and registers of the firmware.
 */
#include <hyp/vm/config.h>

const struct hyp_platform hyp_platform = {
    .name = "taken",
    HYP_MEM({.hpa = 0x80000000, .size = 2 * HYP_GIB}),
    .firmware = {.hpa = 0x80000000, .size = 2 * HYP_MIB},
    .load_hpa = 0x80200000,
    .hart_count = 8,
    .timebase_hz = 10000000,
    .irqc = {.hpa = 0x0e000000, .size = 0x600000, .source_count = 96, .priority_max = 7},
    HYP_DEVICES({"uart", "x", .hpa = 0x10000000, .size = 0x1000},
                {"sswi", "x", .hpa = 0x2f00000, .size = 0x4000},
                {"aplic", "x", .hpa = 0xd000000, .size = 0x8000},
                {"files", "x", .hpa = 0x28000000, .size = 0x2000},
                {"machine", "x", .hpa = 0x24000000, .size = 0x1000},
                {"plic", "x", .hpa = 0xc000000, .size = 0x1000}),
    .finisher_hpa = 0x100000,
    .finisher_word = 0x13333,
};
