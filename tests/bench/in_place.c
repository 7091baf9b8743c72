/* SPDX-License-Identifier: Apache-2.0 */
/* One VM on one hart whose 32 MiB image was loaded where it runs: nothing is to be copied. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "in_place",
        .vcpu_count = 1,
        .hart_mask = 0x1,
        VM_MEM({.gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0x90000000, .hpa_fixed = true}),
        .entry = 0x80200000,
        .kernel =
            {.name = "kernel", .gpa = 0x80200000, .max_size = 32 * HYP_MIB, .preloaded = true},
        .dtb_gpa = 0x83000000,
        .dtb_max_size = 64 * HYP_KIB,
        VM_DEVICES({.name = "uart0", .gpa = 0x10000000}),
        .irqc = {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96, .m_contexts = true},
    },
};

const struct hyp_config hyp_config = {
    .name = "bench_in_place",
    .pool_size = 1 * HYP_MIB,
    .log_waits = true, /* The UART is the VM's. */
    HYP_VMS_OF(vms),
};
