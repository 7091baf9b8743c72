/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine (hw/riscv/virt.c) with any interrupt controller, as far as we use it. */
#pragma once

#include <hyp/vm/config.h>

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

/*
 * All of a struct hyp_platform but its name and its interrupt controller.
 *
 * reserved      The SSWI device, which is there with aclint=on. Registers of machine level, as the
 *               CLINT's, need no entry: the firmware protects them by PMP.
 * finisher_hpa  A sifive,test1 device; the word is FINISHER_FAIL with code 1.
 */
#define BOARD                                                                                \
    HYP_MEM({.hpa = 0x80000000, .size = 2 * HYP_GIB}),                                       \
        .firmware = {.hpa = 0x80000000, .size = 2 * HYP_MIB}, .load_hpa = 0x80200000,        \
        .hart_count = 8, .timebase_hz = 10000000,                                            \
        .uart = {.device = "uart0", .reg_shift = 0, .access_width = 1, .clock_hz = 3686400}, \
        HYP_DEVICES_OF(board_devices),                                                       \
        HYP_RESERVED(                                                                        \
            {.owner = "the hypervisor's SSWI", .mem = {.hpa = 0x2f00000, .size = 0x4000}}),  \
        .finisher_hpa = 0x100000, .finisher_word = 0x13333
