/* SPDX-License-Identifier: Apache-2.0 */
/* One VM with a PLIC on any machine, one that has none on some, one with the machine's own kind. */
#include <hyp/vm/config.h>

/* Members that all VMs share; the kernel has the VM's name. */
#define VM(vm_name)                                                               \
    .name = (vm_name), .vcpu_count = 2, .allow_fewer_vcpus = true,                \
    VM_MEM({.gpa = 0x80000000, .size = 64 * HYP_MIB}), .entry = 0x80200000,       \
    .kernel = {(vm_name), 0x80200000, 2 * HYP_MIB, false}, .dtb_gpa = 0x81000000, \
    .dtb_max_size = 64 * HYP_KIB

#define PLIC                                                                             \
    {                                                                                    \
        .model = HYP_IRQC_PLIC, .gpa = 0xc000000, .source_count = 96, .m_contexts = true \
    }
#define APLIC                                                         \
    {                                                                 \
        .model = HYP_IRQC_APLIC, .gpa = 0xd000000, .source_count = 12 \
    }

static const struct vm_config vms[] = {
    {
        VM("plic"),
        .irqc = PLIC,
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
    },
    {
        VM("aplic"),
        .irqc = APLIC,
        VM_IRQC_ELSE(PLIC),
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
    },
    {
        VM("own"),
        .irqc = {.model = HYP_IRQC_IMSIC,
                 .gpa = 0xd000000,
                 .imsic_gpa = 0x28000000,
                 .source_count = 96},
        .exits_after_boot = {.max_exits = 100, .grace_s = 30},
        VM_IRQC_ELSE(APLIC, PLIC),
        VM_DEVICES({.name = "rtc", .gpa = 0x101000}),
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
    },
};

const struct hyp_config hyp_config = {
    .name = "models",
    .pool_size = 1 * HYP_MIB,
    HYP_VMS_OF(vms),
};
