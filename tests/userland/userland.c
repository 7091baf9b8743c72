/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debian Linux on the machine's two harts, with a controller of its own, a disk, a source of
 * entropy and a network card; these write to memory at the guest's addresses. Hart 0 drives the
 * console, too. The kernel unpacks 124 MiB of files, at most half of the memory that is free then.
 */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "linux",
        .vcpu_count = 2,
        .hart_mask = 0x3,
        VM_MEM({.gpa = 0xa0000000, .size = 768 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true}),
        .entry = 0xa0200000,
        .kernel = {.name = "linux_kernel",
                   .gpa = 0xa0200000,
                   .max_size = 64 * HYP_MIB,
                   .preloaded = true},
        .initrd = {.name = "linux_initrd",
                   .gpa = 0xa8000000,
                   .max_size = 96 * HYP_MIB,
                   .preloaded = true},
        .bootargs = "console=ttyS0 earlycon=uart8250,mmio,0x10000000",
        .dtb_gpa = 0xa7000000,
        .dtb_max_size = 64 * HYP_KIB,
        VM_DEVICES({.name = "rtc", .gpa = 0x101000},
                   {.name = "virtio0", .gpa = 0x10001000, .dma_trusted = true},
                   {.name = "virtio1", .gpa = 0x10002000, .dma_trusted = true},
                   {.name = "virtio2", .gpa = 0x10003000, .dma_trusted = true}),
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
        .irqc = TEST_IRQC,
    },
};

const struct hyp_config hyp_config = {
    .name = "userland",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
