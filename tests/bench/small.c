/* SPDX-License-Identifier: Apache-2.0 */
/* One small VM on one hart, its guest inside the image: what starting it costs. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "small",
        .vcpu_count = 1,
        .hart_mask = 0x1,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB}),
        .entry = 0x80200000,
        .kernel = {.name = "kernel", .gpa = 0x80200000, .max_size = 64 * HYP_KIB},
        .dtb_gpa = 0x80e00000,
        .dtb_max_size = 64 * HYP_KIB,
        VM_DEVICES({.name = "uart0", .gpa = 0x10000000}),
        .irqc = TEST_IRQC,
    },
};

const struct hyp_config hyp_config = {
    .name = TEST_NAME,
    .pool_size = 1 * HYP_MIB,
    .log_waits = true, /* The UART is the VM's. */
    HYP_VMS_OF(vms),
};
