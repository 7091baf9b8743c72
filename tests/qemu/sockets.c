/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Harts 0 to 2 have contexts at the machine's PLIC, harts 3 to 5 have not. A VM on one of each and
 * one on the last have devices, one on hart 4 has a virtual UART alone.
 */
#include <hyp/vm/config.h>

#define KERNEL(at)                                             \
    {                                                          \
        .name = "kernel", .gpa = (at), .max_size = 1 * HYP_MIB \
    }
#define PLIC                                                                              \
    {                                                                                     \
        .model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96, .m_contexts = true \
    }

static const struct vm_config vms[] = {
    {
        .name = "both",
        .vcpu_count = 2,
        .hart_mask = 0xc,
        VM_MEM({.gpa = 0x80000000, .size = 4 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = KERNEL(0x80000000),
        .dtb_gpa = 0x80200000,
        .dtb_max_size = 16 * HYP_KIB,
        VM_DEVICES({.name = "rtc", .gpa = 0x101000}),
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = PLIC,
    },
    {
        .name = "virtual",
        .vcpu_count = 1,
        .hart_mask = 0x10,
        VM_MEM({.gpa = 0x80000000, .size = 4 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = KERNEL(0x80000000),
        .dtb_gpa = 0x80200000,
        .dtb_max_size = 16 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
        .irqc = PLIC,
    },
    {
        .name = "far",
        .vcpu_count = 1,
        .hart_mask = 0x20,
        VM_MEM({.gpa = 0xa0000000, .size = 4 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true}),
        .entry = 0xa0000000,
        .kernel = KERNEL(0xa0000000),
        VM_DEVICES({.name = "virtio0", .gpa = 0x10001000, .dma_trusted = true}),
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = PLIC,
    },
};

const struct hyp_config hyp_config = {
    .name = "sockets",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
