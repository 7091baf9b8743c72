/* SPDX-License-Identifier: Apache-2.0 */
/* The variables of base.h. */
#include "base.h"

const struct vm_irqc plic = {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96};
const struct vm_irqc aplic = {.model = HYP_IRQC_APLIC, .gpa = 0x0d000000, .source_count = 96};
const struct vm_irqc imsic = {
    .model = HYP_IRQC_IMSIC, .gpa = 0x0d000000, .imsic_gpa = 0x28000000, .source_count = 96};

/* ---- The board ------------------------------------------------------------------------------- */

struct hyp_device board_devices[5] = {
    {"uart0", "ns16550a", .hpa = 0x10000000, .size = 0x1000, .reg_size = 0x100, .irq = {10}},
    {"rtc", "google,goldfish-rtc", .hpa = 0x101000, .size = 0x1000, .reg_size = 0x1000,
     .irq = {11}},
    {"nic", "x,nic", .hpa = 0x10002000, .size = 0x1000, .reg_size = 0x1000, .irq = {30},
     .dma = true},
    {"disk", "x,disk", .hpa = 0x10003000, .size = 0x1000, .reg_size = 0x1000, .irq = {31, 32},
     .dma = true, .iommu = true},
};

struct hyp_platform platform = {
    .name = "board",
    HYP_MEM({.hpa = 0x80000000, .size = HYP_GIB}, {.hpa = 0xc0000000, .size = HYP_GIB}),
    .firmware = {.hpa = 0x80000000, .size = 2 * HYP_MIB},
    .load_hpa = 0x80200000,
    .hart_count = 4,
    .timebase_hz = 10000000,
    .irqc = {HYP_IRQC_PLIC, 0x0c000000, 0x600000, .imsic_hpa = 0x28000000, .imsic_size = 0x4000,
             .source_count = 96, .priority_max = 7},
    .uart = {.device = "uart0", .access_width = 1, .clock_hz = 3686400},
    .devices = board_devices,
    .device_count = 4,
    HYP_RESERVED({"the hypervisor's SSWI", {0x2f00000, 0x4000}}),
};

/* ---- The VMs --------------------------------------------------------------------------------- */

struct vm_mem alpha_mem[9] = {
    {.gpa = 0x80000000, .size = 256 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true},
};
struct vm_mem beta_mem[2] = {
    {.gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0xc0000000, .hpa_fixed = true},
};
struct vm_device alpha_devices[1] = {{.name = "rtc", .gpa = 0x101000}};
struct vm_device beta_devices[1] = {{.name = "disk", .gpa = 0x10003000}};
struct vm_irqc alpha_else[4] = {
    {.model = HYP_IRQC_APLIC, .gpa = 0x0d000000, .source_count = 96},
};
struct vm_irqc beta_else[2] = {
    {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96},
};

static struct vm_config vms[] = {
    {
        .name = "alpha",
        .vcpu_count = 2,
        .hart_mask = 0x3,
        .mem = alpha_mem,
        .mem_count = 1,
        .entry = 0x80200000,
        .kernel = {"alpha_kernel", .gpa = 0x80200000, .max_size = 16 * HYP_MIB, .preloaded = true},
        .initrd = {"alpha_initrd", .gpa = 0x88000000, .max_size = 16 * HYP_MIB, .preloaded = true},
        .bootargs = "console=ttyS0",
        .dtb_gpa = 0x87000000,
        .dtb_max_size = 64 * HYP_KIB,
        .devices = alpha_devices,
        .device_count = 1,
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},
        .irqc = {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96},
        .irqc_else = alpha_else,
        .irqc_else_count = 1,
        .exits_after_boot = {.max_exits = 100, .grace_s = 30},
    },
    {
        .name = "beta",
        .vcpu_count = 1,
        .hart_mask = 0x4,
        .mem = beta_mem,
        .mem_count = 1,
        .entry = 0x80000000,
        .kernel = {"beta_kernel", .gpa = 0x80000000, .max_size = 64 * HYP_KIB},
        .devices = beta_devices,
        .device_count = 1,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96},
        .irqc_else = beta_else,
        .irqc_else_count = 1,
        .real_time = true,
    },
};

struct vm_config *const alpha = &vms[0];
struct vm_config *const beta = &vms[1];

struct hyp_config config = {.name = "two", .pool_size = HYP_MIB, HYP_VMS_OF(vms)};

/* ---- For the tests --------------------------------------------------------------------------- */

void give_alpha(struct hyp_device device, uint64_t gpa)
{
    board_devices[platform.device_count++] = device;
    alpha_devices[0] = (struct vm_device){.name = device.name, .gpa = gpa};
}

void add_beta_mem(struct vm_mem mem)
{
    beta_mem[beta->mem_count++] = mem;
}

/* The names by which the tool finds them: constants, as a user's file defines them. */
extern const struct hyp_config hyp_config __attribute__((alias("config")));
extern const struct hyp_platform hyp_platform __attribute__((alias("platform")));

__attribute__((constructor)) static void before_main(void)
{
    change_base();
}
