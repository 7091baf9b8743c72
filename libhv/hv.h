/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor: one struct a room, and the steps of its boot, in the order in which a main calls
 * them. Every step runs on the hart that boots, with interrupts off.
 *
 * Owner   The caller owns `struct hv`, which is 0 at first, in memory that is the image's for good
 *         and mapped at its link address; some 20 KiB, and struct hv_build with all that it points
 *         to. Per-hart and per-VM objects come from the pool behind the image.
 * Locks   None here: each room says its own.
 * Needs   The embedder brings boot_main(hart id, device tree, load address), which boot.S calls,
 *         hyp_build_id of <hyp/arch/hart.h>, and struct hv_build. images/main.c is the least of it.
 *         Between two steps it may do more: behind hv_build_vms() put a device on a VM's bus,
 *         behind hv_init() a call of its own before one of hv->env: tests/consumer/hypervisor.
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
    /* In this order what guests' ways use is near the pointer: reached by one instruction. */
    struct hv_build build;  /* config and dtbs: with what VMs get of this machine. */
    struct vm_env env;      /* What VMs call: env.c. */
    uint32_t console_taken; /* Atomic: a hart has become the console hart that was missing. */
    struct hv_vms vms;
    struct hv_events events;
    struct hv_console console;
    struct hv_irqc irqc;
    struct hv_harts harts;
    struct hv_boot boot;
};

/* Nothing of the machine is known: the rooms get what they share. load_hpa is the image's place. */
void hv_init(struct hv *hv, const struct hv_build *build, uint64_t load_hpa);

/*
 * Reads the device tree at fdt_hpa, finds the interrupt controller and probes what this hart has.
 * Returns on a machine that can run VMs. On a hart without H another one boots instead.
 */
void hv_read_machine(struct hv *hv, uint64_t fdt_hpa);

/* Returns if image and pool are RAM of nobody else's, and accessible. */
void hv_require_room(struct hv *hv);

/* Nobody else reads the machine's device tree. */
void hv_erase_fdt(struct hv *hv);

/* The pool, and the hypervisor's own address space. */
void hv_init_memory(struct hv *hv);

/* Lines go out from here. */
void hv_init_console(struct hv *hv);

/* Lines about what was found. */
void hv_show_machine(struct hv *hv);

/* Which VMs can run, and where; which hart has the console. */
void hv_fit_config(struct hv *hv);

/* Structs and stacks of the harts in use. */
void hv_init_harts(struct hv *hv);

/* The machine's interrupt controller, and IPIs. */
void hv_init_irqc(struct hv *hv);

/* Each VM's memory, devices and files. */
void hv_build_vms(struct hv *hv);

/* What that took of the pool. */
void hv_show_pool(struct hv *hv);

/* What the tables really hold, where the image has the audit. */
void hv_run_audit(struct hv *hv);

/* The console becomes shared. */
void hv_attach_console(struct hv *hv);

/* And off they go. */
_Noreturn void hv_start_harts(struct hv *hv);
