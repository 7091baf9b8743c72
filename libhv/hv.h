/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor: one struct a room, and the steps of its boot, in the order in which a main calls
 * them. Every step runs on the hart that boots, with interrupts off.
 *
 * Owner   The caller owns struct hv, zeroed before hv_init(), in the image's own .bss or .data, so
 *         that it stays mapped at its link address; and all that struct hv_build points to.
 *         Per-hart and per-VM objects come from the pool, which begins where the image ends.
 * Locks   None here: each room says its own.
 * Needs   The embedder brings boot_main(hart id, device tree, load address), which boot.S calls,
 *         hyp_build_id of <hyp/arch/hart.h>, and struct hv_build. images/main.c is the least of it.
 *         Between two steps it may do more: after hv_build_vms(), put a device on a VM's bus; after
 *         hv_init(), replace a function of hv->host by one that calls it
 *         (tests/consumer/hypervisor).
 * Errors  A machine that cannot run VMs is refused by one line, and ends. A VM that cannot run is
 *         refused by its own line, and the others run.
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
    /* What guests' ways use comes first: its offset fits into the 12 bits of a load or store. */
    struct hv_build build;   /* A copy: config and dtbs change to what VMs get on this machine. */
    struct vm_host_ops host; /* What VMs call: ops.c. */
    uint32_t console_taken;  /* Atomic: a hart has become the console hart that was missing. */
    struct hv_vms vms;
    struct hv_events events;
    struct hv_console console;
    struct hv_irqc irqc;
    struct hv_harts harts;
    struct hv_boot boot;
};

/*
 * Gives each room its pointers to others and its table of ops.c; touches no machine. `build` is
 * copied. The image's first byte is at load_hpa, as boot_main() gets it.
 */
void hv_init(struct hv *hv, const struct hv_build *build, uint64_t load_hpa);

/*
 * Reads the device tree at fdt_hpa, finds the interrupt controller and probes what this hart has.
 * Returns on a machine that can run VMs. On a hart without H another one boots instead.
 */
void hv_read_machine(struct hv *hv, uint64_t fdt_hpa);

/* Returns if image and pool lie in RAM that nobody else uses, and can be accessed. */
void hv_require_own_ram(struct hv *hv);

/* Overwrites the machine's device tree: it shows VMs' boot arguments and the machine's seeds. */
void hv_erase_fdt(struct hv *hv);

/* Sets up the pool and the hypervisor's own address space, and turns that on. */
void hv_init_memory(struct hv *hv);

/* Opens the log's device: lines go out from here. */
void hv_init_console(struct hv *hv);

/* Logs what was found. */
void hv_show_machine(struct hv *hv);

/* Decides which VMs can run, and where; and which hart drives the console. */
void hv_fit_config(struct hv *hv);

/* Makes struct and stacks of each hart in use. */
void hv_init_harts(struct hv *hv);

/* Sets up the machine's interrupt controller, with all sources off, and the way of IPIs. */
void hv_init_irqc(struct hv *hv);

/* Builds each VM that can run: memory, devices and files. */
void hv_build_vms(struct hv *hv);

/* Logs what that took of the pool. */
void hv_show_pool(struct hv *hv);

/* Where the image has the audit: panics if the page tables hold what the plan does not say. */
void hv_run_audit(struct hv *hv);

/* VMs share the console from here on. */
void hv_attach_console(struct hv *hv);

/* Starts the other harts, and goes on as one of them: guests run. */
_Noreturn void hv_start_harts(struct hv *hv);
