/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor: one struct for each room, and the steps of its boot, in the order in which the
 * embedder's boot_main() calls them. Every step runs on the hart that boots, with interrupts off.
 *
 * Owner   The caller owns struct hv and everything that struct hv_build points to. struct hv is
 *         zeroed before hv_init() and lies in the image's .bss or .data, so that it stays mapped at
 *         its link address. Per-hart and per-VM objects come from the pool, which begins at the
 *         end of the image.
 * Locks   None here: each room's header has its own.
 * Needs   The embedder provides boot_main(hart id, device tree, load address), which boot.S calls,
 *         hyp_build_name of <hyp/arch/hart.h>, and struct hv_build. images/main.c is the smallest
 *         one. Between two steps an embedder may do more: after hv_build_vms(), put a device on a
 *         VM's bus; after hv_init(), replace a function of hv->host by one that calls it
 *         (tests/consumer/hypervisor).
 * Errors  If the machine cannot run VMs, boot logs one line and ends the machine. If a VM cannot
 *         run, boot logs a line about it and runs the others.
 */
#pragma once

#include "libhv/boot/audit.h"
#include "libhv/boot/boot.h"
#include "libhv/console/console.h"
#include "libhv/events/events.h"
#include "libhv/hart/hart.h"
#include "libhv/irqc/irqc.h"
#include "libhv/modules.h"
#include "libhv/vm/vm.h"

struct hv {
    /* Members that exits use come first: their offsets fit into a load's or store's 12 bits. */
    struct hv_build build;   /* A copy; config and dtbs are replaced by those for this machine. */
    struct vm_host_ops host; /* Functions of ops.c that VMs call. */
    uint32_t console_taken;  /* Atomic: there was no console hart, and a hart has become it. */
    struct hv_vms vms;
    struct hv_events events;
    struct hv_console console;
    struct hv_irqc irqc;
    struct hv_harts harts;
    struct hv_boot boot;
};

/*
 * Gives each room its pointers to others and its function table of ops.c; does not access the
 * machine. `build` is copied. load_hpa is the address of the image's first byte, an argument of
 * boot_main().
 */
void hv_init(struct hv *hv, const struct hv_build *build, uint64_t load_hpa);

/*
 * Reads the device tree at fdt_hpa, finds the interrupt controller and probes this hart's CSRs.
 * Returns if the machine can run VMs. If this hart has no H extension, another one boots instead.
 */
void hv_read_machine(struct hv *hv, uint64_t fdt_hpa);

/* Returns if image and pool lie in accessible RAM that neither firmware nor a file uses. */
void hv_require_own_ram(struct hv *hv);

/* Erases the machine's device tree, which has VMs' boot arguments and the machine's seeds. */
void hv_erase_fdt(struct hv *hv);

/* Sets up the pool and the hypervisor's own page table, and loads it into satp. */
void hv_init_memory(struct hv *hv);

/* Opens the log's device: lines are written from here on. */
void hv_init_console(struct hv *hv);

/* Logs the machine: harts, extensions, sources. */
void hv_show_machine(struct hv *hv);

/* Decides which VMs can run, on which harts and memory, and which hart drives the console. */
void hv_fit_config(struct hv *hv);

/* Allocates struct and stacks of each hart in use. */
void hv_init_harts(struct hv *hv);

/* Sets up the machine's interrupt controller, with all sources disabled, and the IPI path. */
void hv_init_irqc(struct hv *hv);

/* Builds each VM that can run: memory, devices and files. */
void hv_build_vms(struct hv *hv);

/* Logs how much of the pool is used. */
void hv_show_pool(struct hv *hv);

/* If the image has the audit: panics if a page table maps anything that is not in the plan. */
void hv_run_audit(struct hv *hv);

/* VMs share the console from here on. */
void hv_attach_console(struct hv *hv);

/* Starts the other harts, then runs this hart's guest, if it has one. */
_Noreturn void hv_start_harts(struct hv *hv);
