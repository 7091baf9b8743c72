/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs that load the same file, each into memory of its own. */
#include <hyp/vm/config.h>

#define VM(vm_name, vm_hpa)                                                                       \
    {                                                                                             \
        .name = (vm_name), .vcpu_count = 1,                                                       \
        VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB, .hpa = (vm_hpa), .hpa_fixed = true}),    \
        .entry = 0x80000000, .bootargs = "own words",                                             \
        .kernel = {.name = "kernel",                                                              \
                   .gpa = 0x80000000,                                                             \
                   .max_size = 1 * HYP_MIB,                                                       \
                   .preloaded = true},                                                            \
        .dtb_gpa = 0x80200000, .dtb_max_size = 64 * HYP_KIB, .console = {.kind = VM_CONSOLE_SBI}, \
        .irqc = {.model = HYP_IRQC_NONE},                                                         \
    }

const struct hyp_config hyp_config = {
    .name = "two",
    .pool_size = 1 * HYP_MIB,
    HYP_VMS(VM("alice", 0xa0000000), VM("bob", 0xa2000000)),
};
