/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMS VMs of one kind, each with HARTS harts and DEVICES devices, and a pool of POOL_MIB: what one
 * more costs at boot. With OFF, memory misses large leaves by so many bytes. The build defines
 * the numbers.
 */
#include <hyp/vm/config.h>

/* X(n) for n = 0 … 7, of them the first VMS; two digits for devices. */
#define EACH_8(X, tens) \
    X(tens##0) X(tens##1) X(tens##2) X(tens##3) X(tens##4) X(tens##5) X(tens##6) X(tens##7)

#define DEVICE(n) {.name = "device" #n, .gpa = 0x60000000 + 0x1000 * 0##n},

/* Numbered in octal. */
static const struct vm_device devices[] = {EACH_8(DEVICE, 0) EACH_8(DEVICE, 1) EACH_8(DEVICE, 2)
                                               EACH_8(DEVICE, 3)};

_Static_assert(DEVICES <= sizeof(devices) / sizeof(devices[0]) && VMS <= 8, "what is written here");

#define VM(n)                                                                     \
    {                                                                             \
        .name = "vm" #n,                                                          \
        .vcpu_count = HARTS,                                                      \
        .hart_mask = ((1 << HARTS) - 1) << n,                                     \
        VM_MEM({.gpa = 0x80000000,                                                \
                .size = 16 * HYP_MIB,                                             \
                .hpa = 0x90000000 + OFF,                                          \
                .hpa_fixed = OFF != 0}),                                          \
        .entry = 0x80200000,                                                      \
        .kernel = {.name = "kernel", .gpa = 0x80200000, .max_size = 2 * HYP_MIB}, \
        .dtb_gpa = 0x80e00000,                                                    \
        .dtb_max_size = 64 * HYP_KIB,                                             \
        .devices = devices,                                                       \
        .device_count = DEVICES,                                                  \
        .console = {.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 10},      \
        .irqc = {.model = HYP_IRQC_PLIC,                                          \
                 .gpa = 0x0c000000,                                               \
                 .source_count = 96,                                              \
                 .m_contexts = true},                                             \
    },

static const struct vm_config vms[] = {EACH_8(VM, )};

const struct hyp_config hyp_config = {
    .name = "bench_grow",
    .pool_size = POOL_MIB * HYP_MIB,
    /* Not all that the array has: no macro of config.h counts that. */
    .vms = vms,
    .vm_count = VMS,
};
