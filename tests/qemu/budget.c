/* SPDX-License-Identifier: Apache-2.0 */
/* Four VMs with budgets, beside the console's hart. */
#include <hyp/vm/config.h>

#define VM(vm_name, harts)                                                                     \
    {                                                                                          \
        .name = (vm_name), .vcpu_count = 1, .hart_mask = (harts),                              \
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB}), .entry = 0x80000000,                \
        .bootargs = TEST_BOOTARGS,                                                             \
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB},              \
        .dtb_gpa = 0x80200000, .dtb_max_size = 64 * HYP_KIB, .irqc = {.model = HYP_IRQC_NONE}, \
        .console = {.kind = TEST_CONSOLE}, .real_time = TEST_REAL_TIME,                        \
        .exits_after_boot = {.max_exits = 100, .grace_s = 1},                                  \
    }

static const struct vm_config vms[] = {VM("one", 0x2), VM("two", 0x4), VM("three", 0x8),
                                       VM("four", 0x10)};

const struct hyp_config hyp_config = {
    .name = "budget",
    .pool_size = 1 * HYP_MIB,
    .console_hart = 0,
    HYP_VMS_OF(vms),
};
