/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's `virt` machine with three of its virtio slots. */
#include <board.h>

#define VIRTIO(slot)                                                                            \
    {                                                                                           \
        .name = "virtio" #slot, .compatible = "virtio,mmio", .hpa = 0x10001000 + (slot)*0x1000, \
        .size = 0x1000, .reg_size = 0x1000, .irq = {(slot) + 1}, .dma = true,                   \
    }

const struct hyp_platform hyp_platform = {
    .name = "userland",
    BOARD_MACHINE,
    BOARD_UART,
    BOARD_RESERVED,
    .hart_count = 8,
    .irqc = {TEST_BOARD_IRQC, .priority_max = 7},
    HYP_DEVICES(BOARD_UART0, BOARD_RTC, VIRTIO(0), VIRTIO(1), VIRTIO(2)),
};
