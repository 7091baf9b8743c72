/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One VM for EDK2 (OvmfPkg/RiscVVirt): flash bank 0 with the code is a file in memory that the
 * guest may not write, bank 1 with the variables is the machine's own.
 */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "efi",
        .vcpu_count = 8,
        .hart_mask = 0xff,
        .allow_fewer_vcpus = true,
        VM_MEM({.gpa = 0x80000000, .size = 512 * HYP_MIB}, {.gpa = 0x20000000,
                                                            .size = 32 * HYP_MIB,
                                                            .hpa = 0xe0000000,
                                                            .hpa_fixed = true,
                                                            .access = HYP_ACCESS_R | HYP_ACCESS_X}),
        .entry = 0x20000000,
        .kernel = {.name = "code", .gpa = 0x20000000, .max_size = 32 * HYP_MIB, .preloaded = true},
        .dtb_gpa = 0x9ff00000,
        .dtb_max_size = 64 * HYP_KIB,
        VM_DEVICES({.name = "uart0", .gpa = 0x10000000}, {.name = "rtc", .gpa = 0x101000},
                   {.name = "flash", .gpa = 0x22000000}),
        .irqc = TEST_IRQC,
        VM_IRQC_ELSE(
            {.model = HYP_IRQC_APLIC, .gpa = 0x0d000000, .source_count = 97},
            {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96, .m_contexts = true}),
    },
};

const struct hyp_config hyp_config = {
    .name = "edk2",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    .log_waits = true, /* The UART is the VM's. */
    HYP_VMS_OF(vms),
};
