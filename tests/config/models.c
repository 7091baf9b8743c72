/* SPDX-License-Identifier: Apache-2.0 */
/* One VM with a PLIC on any machine, one that has none on some, one with the machine's own kind. */
#include <hyp/vm/config.h>

static const struct vm_mem mem[] = {{.gpa = 0x80000000, .size = 64 * HYP_MIB}};
static const struct vm_device rtc[] = {{.name = "rtc", .gpa = 0x101000}};

/* What all of them have; a kernel of their own name. */
#define VM(vm_name)                                                                            \
    .name = (vm_name), .vcpu_count = 2, .allow_fewer_vcpus = true, .mem = mem, .mem_count = 1, \
    .entry = 0x80200000, .kernel = {(vm_name), 0x80200000, 2 * HYP_MIB, false},                \
    .dtb_gpa = 0x81000000, .dtb_max_size = 64 * HYP_KIB

#define PLIC                                                                             \
    {                                                                                    \
        .model = HYP_IRQC_PLIC, .gpa = 0xc000000, .source_count = 96, .m_contexts = true \
    }
#define APLIC                                                         \
    {                                                                 \
        .model = HYP_IRQC_APLIC, .gpa = 0xd000000, .source_count = 12 \
    }

static const struct vm_irqc plic[] = {PLIC};
static const struct vm_irqc aplic_plic[] = {APLIC, PLIC};

static const struct vm_config vms[] = {
    {
        VM("plic"),
        .irqc = PLIC,
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
    },
    {
        VM("aplic"),
        .irqc = APLIC,
        .irqc_else = plic,
        .irqc_else_count = 1,
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
    },
    {
        VM("own"),
        .irqc = {.model = HYP_IRQC_IMSIC,
                 .gpa = 0xd000000,
                 .imsic_gpa = 0x28000000,
                 .source_count = 96},
        .exits_after_boot = {.max_exits = 100, .grace_s = 30},
        .irqc_else = aplic_plic,
        .irqc_else_count = 2,
        .devices = rtc,
        .device_count = 1,
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
    },
};

const struct hyp_config hyp_config = {
    .name = "models",
    .pool_size = 1 * HYP_MIB,
    .vms = vms,
    .vm_count = sizeof(vms) / sizeof(vms[0]),
};
