/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM whose RAM has as many ranges as a VM may have. They touch each other, and their order here
 * is the worst for a search from the lowest address: it finds each range last. The highest range is
 * read-only. The console has a hart of its own, so that the guest's hart does nothing but its
 * calls.
 */
#include <hyp/vm/config.h>

#define PAGE(n) (0x80400000 + (n)*0x1000)

static const struct vm_config vms[] = {
    {
        .name = "guest",
        .vcpu_count = 1,
        .hart_mask = 0x1,
        VM_MEM({.gpa = PAGE(6), .size = 0x1000, .access = HYP_ACCESS_R},
               {.gpa = PAGE(5), .size = 0x1000},
               {.gpa = PAGE(4), .size = 0x1000, .access = HYP_ACCESS_R | HYP_ACCESS_W},
               {.gpa = PAGE(3), .size = 0x1000}, {.gpa = PAGE(2), .size = 0x1000},
               {.gpa = PAGE(1), .size = 0x1000}, {.gpa = PAGE(0), .size = 0x1000},
               {.gpa = 0x80000000, .size = 4 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB},
        .dtb_gpa = 0x80200000,
        .dtb_max_size = 64 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_NONE},
    },
};

const struct hyp_config hyp_config = {
    .name = "dbcn",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 1,
    HYP_VMS_OF(vms),
};
