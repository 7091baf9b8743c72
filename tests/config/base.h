/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A valid configuration of two VMs on a platform of its own. Each neg_*.c here defines one of
 * the names below otherwise, to break one rule, and includes this; base.c breaks none.
 */
#pragma once

#include <hyp/vm/config.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
/* One element of a list; versions of clang-format differ on braces in a macro. */
/* clang-format off */
#define ONE(...) {__VA_ARGS__}
/* clang-format on */

/* ---- The platform ---- */

#ifndef P_DEVICES
#define P_DEVICES
#endif
#ifndef P_NIC_IRQ
#define P_NIC_IRQ 30
#endif
#ifndef P_DISK_HPA
#define P_DISK_HPA 0x10003000
#endif
#ifndef P_MODEL
#define P_MODEL HYP_IRQC_PLIC
#endif
#ifndef P_LOAD_HPA
#define P_LOAD_HPA 0x80200000
#endif

#ifndef P_FAIL_HPA
#define P_FAIL_HPA 0
#endif

/* ---- VM alpha: two harts, a shared UART ---- */

#ifndef A_NAME
#define A_NAME "alpha"
#endif
#ifndef A_VCPUS
#define A_VCPUS 2
#endif
#ifndef A_HARTS
#define A_HARTS 0x3
#endif
#ifndef A_MEM
#define A_MEM ONE(.gpa = 0x80000000, .size = 256 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true)
#endif
#ifndef A_ENTRY
#define A_ENTRY 0x80200000
#endif
#ifndef A_KERNEL
#define A_KERNEL ONE("alpha_kernel", .gpa = 0x80200000, .max_size = 16 * HYP_MIB, .preloaded = true)
#endif
#ifndef A_INITRD
#define A_INITRD ONE("alpha_initrd", .gpa = 0x88000000, .max_size = 16 * HYP_MIB, .preloaded = true)
#endif
#ifndef A_BOOTARGS
#define A_BOOTARGS "console=ttyS0"
#endif
#ifndef A_DTB
#define A_DTB 0x87000000
#endif
#ifndef A_DTB_SIZE
#define A_DTB_SIZE (64 * HYP_KIB)
#endif
#ifndef A_DEVICES
#define A_DEVICES ONE(.name = "rtc", .gpa = 0x101000)
#endif
#ifndef A_CONSOLE
#define A_CONSOLE ONE(.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10)
#endif
#ifndef A_IRQC
#define A_IRQC ONE(.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96)
#endif
#ifndef A_ELSE
#define A_ELSE ONE(.model = HYP_IRQC_APLIC, .gpa = 0x0d000000, .source_count = 96)
#endif
#ifndef A_EXITS
#define A_EXITS ONE(.max_exits = 100, .grace_s = 30)
#endif
#ifndef A_NEEDS
#define A_NEEDS 0
#endif

/* ---- VM beta: one hart, real-time, a disk behind an IOMMU ---- */

#ifndef B_NAME
#define B_NAME "beta"
#endif
#ifndef B_VCPUS
#define B_VCPUS 1
#endif
#ifndef B_HARTS
#define B_HARTS 0x4
#endif
#ifndef B_MEM
#define B_MEM ONE(.gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0xc0000000, .hpa_fixed = true)
#endif
#ifndef B_KERNEL
#define B_KERNEL ONE("beta_kernel", .gpa = 0x80000000, .max_size = 64 * HYP_KIB, .preloaded = false)
#endif
#ifndef B_DEVICES
#define B_DEVICES ONE(.name = "disk", .gpa = 0x10003000)
#endif

#ifndef B_CONSOLE
#define B_CONSOLE ONE(.kind = VM_CONSOLE_SBI)
#endif
#ifndef B_IRQC
#define B_IRQC ONE(.gpa = 0x0c000000, .source_count = 96)
#endif
#ifndef B_ELSE
#define B_ELSE ONE(.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96)
#endif

/* ---- The whole ---- */

#ifndef POOL_SIZE
#define POOL_SIZE HYP_MIB
#endif
#ifndef CONSOLE_HART
#define CONSOLE_HART 0
#endif
#ifndef CONSOLE_KEY
#define CONSOLE_KEY 0
#endif
#ifndef LOG_KEY
#define LOG_KEY 0
#endif
#ifndef LOG_WAITS
#define LOG_WAITS false
#endif

static const struct hyp_mem platform_mem[] = {{.hpa = 0x80000000, .size = HYP_GIB},
                                              {.hpa = 0xc0000000, .size = HYP_GIB}};

static const struct hyp_device platform_devices[] = {
    {"uart0", "ns16550a", .hpa = 0x10000000, .size = 0x1000, .reg_size = 0x100, .irq = {10}},
    {"rtc", "google,goldfish-rtc", .hpa = 0x101000, .size = 0x1000, .reg_size = 0x1000,
     .irq = {11}},
    {"nic", "x,nic", .hpa = 0x10002000, .size = 0x1000, .reg_size = 0x1000, .irq = {P_NIC_IRQ},
     .dma = true},
    {"disk", "x,disk", .hpa = P_DISK_HPA, .size = 0x1000, .reg_size = 0x1000, .irq = {31, 32},
     .dma = true, .iommu = true},
    P_DEVICES};

static const struct hyp_regs platform_reserved[] = {{"the hypervisor's SSWI", {0x2f00000, 0x4000}}};

const struct hyp_platform hyp_platform = {
    .name = "board",
    .mem = platform_mem,
    .mem_count = COUNT(platform_mem),
    .firmware = {.hpa = 0x80000000, .size = 2 * HYP_MIB},
    .load_hpa = P_LOAD_HPA,
    .hart_count = 4,
    .timebase_hz = 10000000,
    .irqc = {P_MODEL, 0x0c000000, 0x600000, .imsic_hpa = 0x28000000, .imsic_size = 0x4000,
             .source_count = 96, .priority_max = 7},
    .uart = {.device = "uart0", .access_width = 1, .clock_hz = 3686400},
    .devices = platform_devices,
    .device_count = COUNT(platform_devices),
    .reserved = platform_reserved,
    .reserved_count = COUNT(platform_reserved),
    .finisher_hpa = P_FAIL_HPA,
};

static const struct vm_mem alpha_mem[] = {A_MEM};
static const struct vm_device alpha_devices[] = {A_DEVICES};
static const struct vm_irqc alpha_else[] = {A_ELSE};
static const struct vm_irqc beta_else[] = {B_ELSE};
static const struct vm_mem beta_mem[] = {B_MEM};
static const struct vm_device beta_devices[] = {B_DEVICES};

static const struct vm_config vms[] = {
    {
        .name = A_NAME,
        .vcpu_count = A_VCPUS,
        .hart_mask = A_HARTS,
        .mem = alpha_mem,
        .mem_count = COUNT(alpha_mem),
        .entry = A_ENTRY,
        .kernel = A_KERNEL,
        .initrd = A_INITRD,
        .bootargs = A_BOOTARGS,
        .dtb_gpa = A_DTB,
        .dtb_max_size = A_DTB_SIZE,
        .devices = alpha_devices,
        .device_count = COUNT(alpha_devices),
        .console = A_CONSOLE,
        .irqc = A_IRQC,
        .exits_after_boot = A_EXITS,
        .irqc_else = alpha_else,
        .irqc_else_count = COUNT(alpha_else),
        .isa_required = A_NEEDS,
    },
    {
        .name = B_NAME,
        .vcpu_count = B_VCPUS,
        .hart_mask = B_HARTS,
        .mem = beta_mem,
        .mem_count = COUNT(beta_mem),
        .entry = 0x80000000,
        .kernel = B_KERNEL,
        .devices = beta_devices,
        .device_count = COUNT(beta_devices),
        .console = B_CONSOLE,
        .irqc = B_IRQC,
        .irqc_else = beta_else,
        .irqc_else_count = COUNT(beta_else),
        .real_time = true,
    },
};

const struct hyp_config hyp_config = {
    .name = "two",
    .pool_size = POOL_SIZE,
    .console_hart = CONSOLE_HART,
    .console_key = CONSOLE_KEY,
    .log_key = LOG_KEY,
    .log_waits = LOG_WAITS,
    .vms = vms,
    .vm_count = COUNT(vms),
};
