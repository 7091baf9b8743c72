/* SPDX-License-Identifier: Apache-2.0 */
/* VM thief has devices that no VM may have; VM good has none. */
#include <hyp/vm/config.h>

static const struct vm_config vms[] = {
    {
        .name = "thief",
        .vcpu_count = 1,
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "own_uart", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        VM_DEVICES({.name = "uart", .gpa = 0x10000000}, {.name = "sswi", .gpa = 0x20000000},
                   {.name = "aplic", .gpa = 0x21000000}, {.name = "files", .gpa = 0x22000000},
                   {.name = "machine", .gpa = 0x23000000}, {.name = "plic", .gpa = 0x24000000}),
        .irqc = {.model = HYP_IRQC_NONE},
    },
    {
        .name = "good",
        .vcpu_count = 1,
        VM_MEM({.gpa = 0x80000000, .size = 2 * HYP_MIB}),
        .entry = 0x80000000,
        .kernel = {.name = "own_uart", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        .irqc = {.model = HYP_IRQC_NONE},
    },
};

const struct hyp_config hyp_config = {
    .name = "taken",
    .pool_size = 1 * HYP_MIB,
    HYP_VMS_OF(vms),
};
