/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine, but for its PLIC: address and size are wrong. */
#include <hyp/vm/config.h>

static const struct hyp_mem mem[] = {{.hpa = 0x80000000, .size = 2 * HYP_GIB}};

static const struct hyp_device devices[] = {
    {"rtc", "google,goldfish-rtc", .hpa = 0x101000, .size = 0x1000, .reg_size = 0x1000,
     .irq = {11}},
};

const struct hyp_platform hyp_platform = {
    .name = "elsewhere",
    .mem = mem,
    .mem_count = 1,
    .firmware = {.hpa = 0x80000000, .size = 2 * HYP_MIB},
    .load_hpa = 0x80200000,
    .hart_count = 8,
    .timebase_hz = 10000000,
    .irqc = {.hpa = 0x40000000, .size = 0x4000000, .source_count = 96, .priority_max = 7},
    .devices = devices,
    .device_count = sizeof(devices) / sizeof(devices[0]),
    .finisher_hpa = 0x100000,
    .finisher_word = 0x13333,
};
