/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs with the same guest, which prints its seeds. */
#include <hyp/vm/config.h>

static const struct vm_mem left_mem[] = {{.gpa = 0x80000000, .size = 4 * HYP_MIB}};
static const struct vm_mem right_mem[] = {{.gpa = 0x80000000, .size = 4 * HYP_MIB}};

#define VM(vm, ram)                                                                            \
    {                                                                                          \
        .name = vm, .vcpu_count = 1, .mem = ram, .mem_count = 1, .entry = 0x80000000,          \
        .kernel = {.name = "kernel", .gpa = 0x80000000, .max_size = 1 * HYP_MIB},              \
        .dtb_gpa = 0x80200000, .dtb_max_size = 64 * HYP_KIB, .irqc = {.model = HYP_IRQC_NONE}, \
        .console = {.kind = VM_CONSOLE_SBI},                                                   \
    }

static const struct vm_config vms[] = {VM("left", left_mem), VM("right", right_mem)};

const struct hyp_config hyp_config = {
    .name = "seed",
    .pool_size = 1 * HYP_MIB,
    .vms = vms,
    .vm_count = 2,
};
