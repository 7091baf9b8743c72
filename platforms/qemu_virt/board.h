/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine (hw/riscv/virt.c) with any interrupt controller, as far as we use it. */
#pragma once

#include <hyp/vm/config.h>

static const struct hyp_mem board_mem[] = {
    {.hpa = 0x80000000, .size = 2 * HYP_GIB},
};

static const struct hyp_device board_devices[] = {
    {
        .name = "uart0",
        .compatible = "ns16550a",
        .hpa = 0x10000000,
        .size = 0x1000,
        .reg_size = 0x100,
        .irq = {10},
    },
    {
        .name = "rtc",
        .compatible = "google,goldfish-rtc",
        .hpa = 0x101000,
        .size = 0x1000,
        .reg_size = 0x1000,
        .irq = {11},
    },
    {
        .name = "virtio0",
        .compatible = "virtio,mmio",
        .hpa = 0x10001000,
        .size = 0x1000,
        .reg_size = 0x1000,
        .irq = {1},
        .dma = true,
    },
};

/* There with aclint=on; what is the machine level's, as the CLINT, the firmware protects by PMP. */
static const struct hyp_regs board_reserved[] = {
    {.owner = "the hypervisor's SSWI", .mem = {.hpa = 0x2f00000, .size = 0x4000}},
};

/*
 * Of a struct hyp_platform, all but its name and its interrupt controller. finisher_hpa is a
 * sifive,test1: FINISHER_FAIL with code 1.
 */
#define BOARD                                                                                   \
    .mem = board_mem, .mem_count = 1, .firmware = {.hpa = 0x80000000, .size = 2 * HYP_MIB},     \
    .load_hpa = 0x80200000, .hart_count = 8, .timebase_hz = 10000000,                           \
    .uart = {.device = "uart0", .reg_shift = 0, .access_width = 1, .clock_hz = 3686400},        \
    .devices = board_devices, .device_count = sizeof(board_devices) / sizeof(board_devices[0]), \
    .reserved = board_reserved, .reserved_count = 1, .finisher_hpa = 0x100000,                  \
    .finisher_word = 0x13333
