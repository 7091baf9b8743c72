/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs with budgets, one of them real-time, beside the console's hart. */
#include <hyp/vm/config.h>

static const struct vm_mem mem[] = {{.gpa = 0x80000000, .size = 16 * HYP_MIB}};

#define VM                                                                         \
    .vcpu_count = 1, .mem = mem, .mem_count = 1, .entry = 0x80000000,              \
    .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB},      \
    .dtb_gpa = 0x80200000, .dtb_max_size = 64 * HYP_KIB, .irqc = {.absent = true}, \
    .console = {.kind = VM_CONSOLE_SBI}, .exits_after_boot = {.most = 100, .boot_s = 1}

static const struct vm_config vms[] = {
    {.name = "guest", .hart_mask = 0x2, VM},
    {.name = "rt", .hart_mask = 0x4, .real_time = true, VM},
};

const struct hyp_config hyp_config = {
    .name = "budget",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    .vms = vms,
    .vm_count = 2,
};
