/* SPDX-License-Identifier: Apache-2.0 */
/* One VM that owns the UART and the RTC; its guest is also a payload for the machine itself. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "walk",
        .vcpu_count = 2,
        .hart_mask = 0x3,
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true}),
        .entry = 0x80200000,
        .kernel = {.name = "kernel", .gpa = 0x80200000, .max_size = 1 * HYP_MIB, .preloaded = true},
        .dtb_gpa = 0x80f00000,
        .dtb_max_size = 64 * HYP_KIB,
        VM_DEVICES({.name = "uart0", .gpa = 0x10000000}, {.name = "rtc", .gpa = 0x101000}),
        .irqc = TEST_IRQC,
    },
};

const struct hyp_config hyp_config = {
    .name = "walk",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    .log_waits = true, /* The UART is the VM's. */
    HYP_VMS_OF(vms),
};
