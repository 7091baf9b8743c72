/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input of config_fit() and config_check(): the configuration, the platform, at boot also the
 * machine, and the files and device trees of the image.
 *
 * Units   Bytes; harts are dense indices as in config.h.
 * Owner   Pure: no heap, no global, no output. The caller owns what the input points to.
 * Locks   None.
 * Context Any.
 */
#pragma once

#include <hyp/vm/config.h>

/* Limits, by rule E-LIMIT and, for irqc_else, E-IRQC-ELSE. */
#define CONFIG_MEM_MAX 8
#define CONFIG_DEVICE_MAX 32
#define CONFIG_IRQC_ELSE_MAX 3
#define CONFIG_PLATFORM_DEVICE_MAX 256
#define CONFIG_RANGE_MAX 64 /* RAM ranges of a platform or machine; reserved ranges. */

/* Bytes that each device tree has for boot arguments, the NUL included. */
#define CONFIG_BOOTARGS_SIZE 512

/* The largest pool that the hypervisor's address space can hold. */
#define CONFIG_POOL_MAX (62 * HYP_MIB)

/* The largest size of the hypervisor's sections without embedded files; the build checks it. */
#define CONFIG_IMAGE_BOUND (2 * HYP_MIB)

/* The address width of Sv57x4. The build allows what the widest mode maps; boot, what this machine
 * can map. */
#define CONFIG_GPA_BITS_MAX 59

/* The machine as boot has found it. At build there is none, and the platform counts. */
struct config_machine {
    uint32_t hart_count;
    const struct hyp_mem *mem; /* All RAM, including what is reserved. */
    uint32_t mem_count;
    const struct hyp_mem *reserved; /* The firmware's, and other memory that VMs cannot have. */
    uint32_t reserved_count;
    const struct hyp_regs *regs; /* Registers that the hypervisor or the firmware uses. */
    uint32_t regs_count;
    struct hyp_mem
        console; /* The firmware's console, if that writes while VMs run: one register. */
    struct hyp_mem hypervisor; /* Image, embedded files and pool. */
    uint32_t source_count;     /* Interrupt sources are 1 .. source_count - 1; 0: no controller. */
    uint32_t irqc_models;      /* OR of BIT(enum hyp_irqc_model): models that VMs can be given. */
    uint64_t no_context;       /* Bit i: the interrupt controller cannot interrupt hart i. */
    uint32_t gpa_bits; /* The widest G-stage mode has 41, 50 or 59 bits; 0: there is no mode. */
    uint64_t isa; /* OR of BIT(enum guest_isa): extensions that VMs can be granted on all harts. */
    /* The extensions for a VM on these harts. NULL: all harts have the same. */
    uint64_t (*isa_of_harts)(const void *ctx, uint64_t harts);
    const void *isa_ctx;
};

struct config_input {
    const struct hyp_config *config;
    const struct hyp_platform *platform;
    const struct config_machine *machine; /* NULL at build. */
    const struct hyp_blob *blobs;         /* Files with their sizes; NULL: not known yet. */
    uint32_t blob_count;
    /* At build: for each of `blobs` its format, if no VM can execute that, else NULL. */
    const char *const *blob_formats;
    const char *const *loads; /* Names of the files that a boot loader loads; NULL: not known. */
    uint32_t load_count;
    const struct hyp_dtb *dtbs;         /* One for each VM; NULL: not known yet. */
    const uint8_t *const *device_index; /* hyp_device_index; NULL: devices are found by name. */
    uint64_t image_bound; /* At build, of the sections alone; 0: CONFIG_IMAGE_BOUND. */
    bool other_machine;   /* At build: the machine may have another interrupt controller. */
};

/* ---- config_resources.c ---- */

/*
 * The hypervisor's own memory. At boot the machine says it; at build it begins at load_hpa, and
 * holds the image, the embedded files and the pool.
 */
struct hyp_mem config_hypervisor_mem(const struct config_input *in);

/* ---- Devices: config_device.c ---- */

/* The platform's device of that name, or NULL. */
const struct hyp_device *config_find_device(const struct hyp_platform *platform, const char *name);

/* The platform's device for devices[i] of a VM, or NULL. */
const struct hyp_device *config_device(const struct config_input *in, uint32_t vm, uint32_t i);

/* False: a device of this VM can write memory of others, as no IOMMU contains its DMA. */
bool config_vm_is_contained(const struct config_input *in, uint32_t vm);
