/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QEMU's `virt` machine (hw/riscv/virt.c) with any interrupt controller.
 *
 * BOARD is the initialiser of a struct hyp_platform without its name and interrupt controller. A
 * platform that differs in harts or devices takes the parts: BOARD_MACHINE, and devices by name.
 */
#pragma once

#include <hyp/vm/config.h>

/* Devices: initialisers of a struct hyp_device. */
#define BOARD_UART0                                                                   \
    {                                                                                 \
        .name = "uart0", .compatible = "ns16550a", .hpa = 0x10000000, .size = 0x1000, \
        .reg_size = 0x100, .irq = {10},                                               \
    }
#define BOARD_RTC                                                                            \
    {                                                                                        \
        .name = "rtc", .compatible = "google,goldfish-rtc", .hpa = 0x101000, .size = 0x1000, \
        .reg_size = 0x1000, .irq = {11},                                                     \
    }
#define BOARD_VIRTIO0                                                                      \
    {                                                                                      \
        .name = "virtio0", .compatible = "virtio,mmio", .hpa = 0x10001000, .size = 0x1000, \
        .reg_size = 0x1000, .irq = {1}, .dma = true,                                       \
    }

/* The controllers of `-M virt`, `aia=aplic` and `aia=aplic-imsic`, members of a hyp_irqc_desc. */
#define BOARD_PLIC .model = HYP_IRQC_PLIC, .hpa = 0x0c000000, .size = 0x600000, .source_count = 96
#define BOARD_APLIC .model = HYP_IRQC_APLIC, .hpa = 0x0d000000, .size = 0x8000, .source_count = 97
#define BOARD_IMSIC                                                                      \
    .model = HYP_IRQC_IMSIC, .hpa = 0x0d000000, .size = 0x8000, .imsic_hpa = 0x28000000, \
    .imsic_size = 0x40000, .source_count = 97

/* RAM, firmware and clock; the finisher is a sifive,test1 device, FINISHER_FAIL with code 1. */
#define BOARD_MACHINE                                                                 \
    HYP_MEM({.hpa = 0x80000000, .size = 2 * HYP_GIB}),                                \
        .firmware = {.hpa = 0x80000000, .size = 2 * HYP_MIB}, .load_hpa = 0x80200000, \
        .timebase_hz = 10000000, .finisher_hpa = 0x100000, .finisher_word = 0x13333

#define BOARD_UART .uart = {.device = "uart0", .access_width = 1, .clock_hz = 3686400}

/*
 * The SSWI device, which is there with aclint=on. Registers of machine level, such as the CLINT's,
 * need no entry: the firmware protects them by PMP.
 */
#define BOARD_RESERVED \
    HYP_RESERVED({.owner = "the hypervisor's SSWI", .mem = {.hpa = 0x2f00000, .size = 0x4000}})

#define BOARD                                                   \
    BOARD_MACHINE, BOARD_UART, BOARD_RESERVED, .hart_count = 8, \
                                               HYP_DEVICES(BOARD_UART0, BOARD_RTC, BOARD_VIRTIO0)
