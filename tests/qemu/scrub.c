/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two VMs whose memory holds old data. The kernel of left is preloaded, and an embedded file is at
 * an odd address of a read-only region. Right has an embedded kernel, and a file up to the last
 * byte of its region. The region TEST_REGION_HPA may be no memory of the machine.
 */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "left",
        .vcpu_count = 4,
        .hart_mask = 0xf,
        .allow_fewer_vcpus = true,
        VM_MEM({.gpa = 0x80000000, .size = 0x400000, .hpa = 0xa0000000, .hpa_fixed = true},
               {.gpa = 0x90000000,
                .size = 0x203000,
                .hpa = 0xa1000000,
                .hpa_fixed = true,
                .access = HYP_ACCESS_R},
               {.gpa = 0x98000000,
                .size = 0x3000,
                .hpa = TEST_REGION_HPA,
                .hpa_fixed = true,
                .access = HYP_ACCESS_R | HYP_ACCESS_X},
               {.gpa = 0xa0000000,
                .size = 0x11000,
                .hpa = 0xa3000000,
                .hpa_fixed = true,
                .keep = true,
                .name = "log"},
               {.gpa = 0xa8000000,
                .size = 0x1000,
                .hpa = 0xa4000000,
                .hpa_fixed = true,
                .access = HYP_ACCESS_R,
                .keep = true,
                .name = "board"}),
        .entry = 0x80000000,
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 0x100000, .preloaded = true},
        .initrd = {.name = "file", .gpa = 0x90000000 + 0x1003, .max_size = 64 * HYP_KIB},
        .bootargs = "left",
        .dtb_gpa = 0x80000000 + 0x200008,
        .dtb_max_size = 16 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
    },
    {
        .name = "right",
        .vcpu_count = 1,
        .hart_mask = 0x10,
        VM_MEM({.gpa = 0x80000000, .size = 0x205000, .hpa = 0xa5000000, .hpa_fixed = true}),
        .entry = 0x80000000,
        .kernel = {.name = "embedded", .gpa = 0x80000000, .max_size = 0x100000},
        .initrd = {.name = "file", .gpa = 0x80205000 - 5003, .max_size = 5003},
        .bootargs = "right",
        .dtb_gpa = 0x80000000 + 0x1ff000,
        .dtb_max_size = 16 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
    },
};

const struct hyp_config hyp_config = {
    .name = "scrub",
    .pool_size = 1 * HYP_MIB,
    HYP_VMS_OF(vms),
};
