/* SPDX-License-Identifier: Apache-2.0 */
/* One small VM on one hart, its guest inside the image: what starting it costs. */
#include <hyp/vm/config.h>

static const struct vm_mem mem[] = {
    {.gpa = 0x80000000, .size = 16 * HYP_MIB},
};

static const struct vm_device devices[] = {
    {.name = "uart0", .gpa = 0x10000000},
};

static const struct vm_config vms[] = {
    {
        .name = "small",
        .vcpu_count = 1,
        .hart_mask = 0x1,
        .mem = mem,
        .mem_count = 1,
        .entry = 0x80200000,
        .kernel = {.name = "kernel", .gpa = 0x80200000, .max_size = 64 * HYP_KIB},
        .dtb_gpa = 0x80e00000,
        .dtb_max_size = 64 * HYP_KIB,
        .devices = devices,
        .device_count = 1,
        .irqc = TEST_IRQC,
    },
};

const struct hyp_config hyp_config = {
    .name = TEST_NAME,
    .pool_size = 1 * HYP_MIB,
    .log_waits = true, /* The UART is the VM's. */
    .vms = vms,
    .vm_count = 1,
};
