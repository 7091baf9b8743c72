/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the host tool: the files that it makes of a valid configuration. */
#pragma once

#include <hyp/vm/config_check.h>

#include <stdio.h>

/* The counts of VMs and of RAM ranges in none_config.c and none_platform.c. */
#define TOOL_NONE UINT32_MAX

/* Prints "config tool: WHICH: WHAT" and ends with status 2. */
_Noreturn void tool_fail(const char *what, const char *which);

uint64_t tool_parse_number(const char *text, const char *option);

/* Splits NAME=VALUE: `text` is NAME then. Returns VALUE. */
char *tool_split(char *text);

#define TOOL_FILES_MAX (2 * HYP_VM_MAX)

/* The lists of config_input about the image's files. */
struct tool_files {
    struct hyp_blob blobs[TOOL_FILES_MAX];
    const char *formats[TOOL_FILES_MAX];
    const char *loads[TOOL_FILES_MAX];
};

/* The image has no file until one is added. */
void tool_files_init(struct config_input *in, struct tool_files *files);

/* An embedded file of this size. `format`: what is wrong with it as a kernel, or NULL. */
void tool_add_blob(struct config_input *in, struct tool_files *files, const char *name,
                   uint64_t size, const char *format);

/* The embedded file at `path`. */
void tool_add_file(struct config_input *in, struct tool_files *files, const char *name,
                   const char *path);

/* A file that is loaded before the image starts. */
void tool_add_load(struct config_input *in, struct tool_files *files, const char *name);

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

/* The most interrupt controllers that one VM may name: irqc and those of irqc_else. */
#define TOOL_IRQC_MAX (1 + CONFIG_IRQC_ELSE_MAX)

/* Writes hyp_dtbs[] as C. */
void tool_write_dtbs(const struct hyp_dtb *dtbs, uint32_t count, FILE *out);

/* Writes hyp_device_index[] as C, for a configuration that config_check() accepts. */
void tool_write_devices(const struct config_input *in, FILE *out);
/*
 * Writes pointers to what the configuration can use as C: hyp_console_module, and hyp_virqc with
 * each VM's first model and, if `irqc_else`, its others.
 */
void tool_write_modules(const struct hyp_config *config, bool irqc_else, FILE *out);

/* Writes what QEMU's launcher reads (toolchains/tools/run_image.py), one row a line. */
void tool_write_manifest(const struct config_input *in, const struct config_plan *plan, FILE *out);

/*
 * Writes the partition table. in->config has the selected controller of each VM, `whole` has all of
 * irqc_else.
 */
void tool_write_report(const struct config_input *in, const struct config_plan *plan,
                       const struct hyp_config *whole, FILE *out);
