/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the host tool: the files that it makes of a valid configuration. */
#pragma once

#include <hyp/vm/config_check.h>

#include <stdio.h>

/* Room for any generated device tree; dtb_max_size decides what is too large. */
#define TOOL_DTB_ROOM (256 * 1024)

/*
 * Makes the device tree of a VM, the most that its configuration allows, in `room` of TOOL_DTB_ROOM
 * bytes, 8-byte aligned. Returns its size; 0: it does not fit.
 */
uint32_t tool_make_dtb(const struct config_input *in, uint32_t vm, void *room);

/* The root's property that holds hyp_dtb.stamp. */
#define TOOL_STAMP "libhyp,stamp"

/* Fixups of one tree: the stamp and 10 properties, 7 a vCPU, a node and a path a device. */
#define TOOL_FIXUPS_MAX (11 + 7 * HYP_HART_MAX + 2 * CONFIG_DEVICE_MAX)

struct tool_fixups {
    struct hyp_dtb_fixup list[TOOL_FIXUPS_MAX];
    uint32_t count;
};

/*
 * Lists what guest_dt_apply() changes in this tree that tool_make_dtb() has made, and stamps the
 * tree. Fills dtb->stamp and what follows it; dtb->data is `tree`. False: the tree lacks what boot
 * has to set, or has a device that the VM has not.
 */
bool tool_find_fixups(const struct vm_config *vm, void *tree, struct tool_fixups *found,
                      struct hyp_dtb *dtb);

/* The most interrupt controllers that one VM may name. */
#define TOOL_CHOICES_MAX (1 + CONFIG_IRQC_ELSE_MAX)

/* Writes hyp_dtbs[] as C. */
void tool_write_dtbs(const struct hyp_dtb *dtbs, uint32_t count, FILE *out);

/* Writes hyp_device_index[] as C, of a configuration without findings. */
void tool_write_devices(const struct config_input *in, FILE *out);
/* Writes hyp_console_module as C. */
void tool_write_console_module(const struct hyp_config *config, FILE *out);

/* Writes what QEMU's launcher wants to know, a row a line (toolchains/tools/run_image.py). */
void tool_write_manifest(const struct config_input *in, const struct config_plan *plan, FILE *out);

/* Writes the partition table: who has what; `whole` has all of irqc_else, in->config its choice. */
void tool_write_report(const struct config_input *in, const struct config_plan *plan,
                       const struct hyp_config *whole, FILE *out);
