/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs with the same guest, which prints its seeds. */
#include <hyp/vm/config.h>

#define VM(vm)                                                                                 \
    {                                                                                          \
        .name = vm, .vcpu_count = 1, VM_MEM({.gpa = 0x80000000, .size = 4 * HYP_MIB}),         \
        .entry = 0x80000000,                                                                   \
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB},              \
        .dtb_gpa = 0x80200000, .dtb_max_size = 64 * HYP_KIB, .irqc = {.model = HYP_IRQC_NONE}, \
        .console = {.kind = VM_CONSOLE_SBI},                                                   \
    }

static const struct vm_config vms[] = {VM("left"), VM("right")};

const struct hyp_config hyp_config = {
    .name = "seed",
    .pool_size = 1 * HYP_MIB,
    HYP_VMS_OF(vms),
};
