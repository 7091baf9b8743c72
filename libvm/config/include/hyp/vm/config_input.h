/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a configuration is judged against: the platform's promises at build, with them the machine
 * as it is at boot; the files and device trees of the image.
 *
 * Units   Bytes; harts are dense indices as in config.h.
 * Owner   Pure: no heap, no global, no output. The caller owns what the input points to.
 * Locks   None.
 * Context Any.
 */
#pragma once

#include <hyp/vm/config.h>

/* Bounds of what one VM may name; E-LIMIT beyond them. */
#define CONFIG_MEM_MAX 8
#define CONFIG_DEVICE_MAX 32
#define CONFIG_IRQC_ELSE_MAX 3
#define CONFIG_PLATFORM_DEVICE_MAX 256
#define CONFIG_RANGE_MAX 64 /* RAM ranges of a platform or machine, and reserved ones. */

/* Room for boot arguments in each device tree, the NUL included. */
#define CONFIG_BOOTARGS_SIZE 512

/* The most that the hypervisor's address space has room for. */
#define CONFIG_POOL_MAX (62 * HYP_MIB)

/* Most bytes of the hypervisor's sections, without embedded files: checked at build. */
#define CONFIG_IMAGE_BOUND (2 * HYP_MIB)

/* Sv57x4: the build allows what some machine can map; boot, what this one can. */
#define CONFIG_GPA_BITS_MAX 59

/* The machine as boot has found it. At build there is none: the platform's promises count. */
struct config_machine {
    uint32_t hart_count;
    const struct hyp_mem *mem; /* RAM, with nothing taken out. */
    uint32_t mem_count;
    const struct hyp_mem *reserved; /* Firmware and whatever else is no one's. */
    uint32_t reserved_count;
    const struct hyp_regs *regs; /* Registers that the hypervisor or the firmware uses. */
    uint32_t regs_count;
    struct hyp_mem console;    /* First register of the firmware's, if that writes beside VMs. */
    struct hyp_mem hypervisor; /* Image, embedded files and pool. */
    uint32_t source_count;     /* Interrupt sources are 1 .. source_count - 1; 0: no controller. */
    uint32_t irqc_models;      /* OR of BIT(enum hyp_irqc_model): what VMs can be given. */
    uint64_t no_context;       /* Bit i: the interrupt controller cannot interrupt hart i. */
    uint32_t gpa_bits;         /* The widest G-stage mode's: 41, 50 or 59; 0: it has none. */
    uint64_t isa; /* OR of BIT(enum guest_isa): what a VM on any harts can be granted. */
    /* The same for a VM on these harts. NULL: all harts are alike. */
    uint64_t (*isa_of_harts)(const void *ctx, uint64_t harts);
    const void *isa_ctx;
};

struct config_input {
    const struct hyp_config *config;
    const struct hyp_platform *platform;
    const struct config_machine *machine; /* NULL at build. */
    const struct hyp_blob *blobs;         /* Files with their sizes; NULL: not known yet. */
    uint32_t blob_count;
    const struct hyp_dtb *dtbs;         /* One for each VM; NULL: not known yet. */
    const uint8_t *const *device_index; /* hyp_device_index; NULL: devices are found by name. */
    uint64_t image_bound; /* At build, of the sections alone; 0: CONFIG_IMAGE_BOUND. */
    bool other_machine;   /* At build: on one whose interrupt controller is not the platform's. */
};

/* ---- config_world.c ---- */

/* The hypervisor's own memory: the machine's, or at build load_hpa + image + files + pool. */
struct hyp_mem config_hypervisor_mem(const struct config_input *in);

/* ---- Devices: config_device.c ---- */

/* The device of that name, or NULL. */
const struct hyp_device *config_find_device(const struct hyp_platform *platform, const char *name);

/* The platform's device that a VM's devices[i] names, or NULL. */
const struct hyp_device *config_device(const struct config_input *in, uint32_t vm, uint32_t i);

/* Can the devices of this VM write nothing but its own memory? */
bool config_vm_is_contained(const struct config_input *in, uint32_t vm);
