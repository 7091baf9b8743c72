/* SPDX-License-Identifier: Apache-2.0 */
/* A VM on hart 0 with IMSICs and the PCIe bus, whose devices can write to any address. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "guest",
        .vcpu_count = 1,
        .hart_mask = 0x1,
        VM_MEM({.gpa = 0x90000000, .size = 16 * HYP_MIB, .hpa = 0x90000000, .hpa_fixed = true}),
        .entry = 0x90000000,
        .kernel = {.name = "kernel", .gpa = 0x90000000, .max_size = 1 * HYP_MIB},
        .dtb_gpa = 0x90200000,
        .dtb_max_size = 64 * HYP_KIB,
        VM_DEVICES({.name = "pci", .gpa = 0x30000000, .dma_trusted = true}),
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = TEST_IRQC,
    },
};

const struct hyp_config hyp_config = {
    .name = "msi",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 1,
    HYP_VMS_OF(vms),
};
