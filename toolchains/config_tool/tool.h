/* SPDX-License-Identifier: Apache-2.0 */
/* The host tool's parts: what it makes of a configuration that was found valid. */
#pragma once

#include <hyp/vm/config_check.h>

#include <stdio.h>

/* Room for any generated device tree; dtb_max_size decides what is too large. */
#define TOOL_DTB_ROOM (256 * 1024)

/*
 * Makes the device tree of a VM, the most that its configuration allows, in `room` of TOOL_DTB_ROOM
 * bytes, 8-byte aligned. Returns its size, or 0 if it does not fit.
 */
uint32_t tool_make_dtb(const struct config_input *in, uint32_t vm, void *room);

/* Writes hyp_dtbs[] as C. */
void tool_write_dtbs(const struct hyp_config *config, const struct hyp_dtb *dtbs, FILE *out);

/* Writes what QEMU's launcher wants to know, a row a line (toolchains/run_image.py). */
void tool_write_manifest(const struct config_input *in, const struct config_plan *plan, FILE *out);

/* Writes the partition table: who has what. */
void tool_write_report(const struct config_input *in, const struct config_plan *plan, FILE *out);
