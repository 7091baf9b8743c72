/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The build's input to the hypervisor: configuration, platform, the files of the config tool, and
 * the modules that are linked. All rooms may include this header; it is data.
 *
 * Owner   The image's; const and borrowed. Boot replaces config and dtbs once, if the machine has
 *         another interrupt controller than the first one of a VM's configuration.
 * Locks   None: const once VMs are built.
 */
#pragma once

#include <hyp/base/types.h>
#include <hyp/vm/config.h>

struct hv_audit_module;
struct hv_image;
struct hv_modules;

struct hv_build {
    const struct hyp_config *config; /* After boot: with the controllers of this machine. */
    const struct hyp_platform *platform;
    const struct hyp_dtb *dtbs; /* One for each VM. */
    const struct hyp_blob *blobs;
    uint32_t blob_count;
    const uint8_t *const *device_index;       /* hyp_device_index */
    const struct hyp_console_module *console; /* NULL: VMs share no console. */
    const struct virqc_ops *const *virqc;     /* hyp_virqc, by enum hyp_irqc_model */
    const struct hv_image *image;             /* boot/memory.h */
    const struct hv_modules *modules;         /* modules.h */
    const struct hv_audit_module *audit;      /* boot/audit.h; NULL: there is none. */
};

/* The platform's device of a VM's devices[i]. */
static inline const struct hyp_device *hv_device(const struct hv_build *build, uint32_t vm,
                                                 uint32_t i)
{
    return &build->platform->devices[build->device_index[vm][i]];
}
