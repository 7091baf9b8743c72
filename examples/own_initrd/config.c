/* SPDX-License-Identifier: Apache-2.0 */
/* Linux on one hart; QEMU loads kernel and initrd, so that neither is a part of the image. */
#include <hyp/vm/config.h>

const struct hyp_config hyp_config = {
    .name = "own_initrd",
    .pool_size = 1 * HYP_MIB,
    HYP_VMS({
        .name = "linux",
        .vcpu_count = 1,
        VM_MEM({.gpa = 0x80000000, .size = 256 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true}),
        .entry = 0x80200000,
        .kernel =
            {.name = "kernel", .gpa = 0x80200000, .max_size = 64 * HYP_MIB, .preloaded = true},
        .initrd =
            {.name = "initrd", .gpa = 0x88000000, .max_size = 32 * HYP_MIB, .preloaded = true},
        .bootargs = "console=ttyS0",
        .dtb_gpa = 0x87000000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
        .irqc = {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96, .m_contexts = true},
    }),
};
