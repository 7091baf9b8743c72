/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot: the machine is asked, memory is set up, and the configuration is fitted to both.
 *
 *   file            decides nothing but
 *   memory.c        where the hypervisor's own memory is mapped
 *   machine.c       what the machine is, by its device tree and by probes; and says so
 *   own_ram.c          whether image and pool are RAM of nobody else's
 *   fit.c           which VMs can run here, and which hart has the console
 *   audit*.c        what the tables really hold: modules of an image
 *
 * Owner   struct hv. Other rooms get pointers to what they need of it.
 * Locks   None: one hart boots. Afterwards machine and plan are const.
 */
#pragma once

#include <hyp/console/log.h>
#include <hyp/vm/config_fit.h>
#include <hyp/vm/machine.h>

#include "libhv/boot/memory.h"
#include "libhv/build.h"

struct hv_boot {
    struct hv_build *build;
    struct log *log;
    const void *fdt; /* The machine's device tree, while it can be read. */
    struct hv_memory memory;
    struct config_plan plan;
    struct machine machine;
};

/* ---- machine.c ------------------------------------------------------------------------------- */

/*
 * Reads the device tree at fdt_hpa. HYP_OK; HYP_E_FAULT: it cannot be accessed; or what
 * machine_read() says.
 */
HYP_MUST_USE enum hyp_status hv_boot_read_machine(struct hv_boot *b, uint64_t fdt_hpa);

/* The reason of a machine that is refused, for a line: "no-h-extension", … */
const char *hv_boot_refusal_reason(enum hyp_status found);

/*
 * Nobody reads the machine's device tree from here on. Where it cannot be erased, its memory
 * becomes no one's.
 */
void hv_boot_erase_fdt(struct hv_boot *b);

void hv_boot_show_machine(const struct hv_boot *b);

/* Logs how much of the pool is used, and how much was expected to be. */
void hv_boot_show_pool(const struct hv_boot *b);

/* ---- own_ram.c ----------------------------------------------------------------------------------
 */

/* A clash of the image or the pool with something of the machine. */
struct hv_ram_conflict {
    const char *name; /* "image" or "pool"; NULL: nothing does. */
    struct range own;
    const char *why;
    const char *with_name;
    struct range with;
};

/* Asked before the first store into the pool, and before hv_memory_init(). */
struct hv_ram_conflict hv_boot_find_ram_conflict(struct hv_boot *b);

/* ---- fit.c ----------------------------------------------------------------------------------- */

/* Facts about the machine's interrupt controller, from irqc/. */
struct hv_boot_irqc {
    uint32_t models;     /* OR of BIT(enum hyp_irqc_model). */
    uint64_t no_context; /* Bit i: the controller cannot interrupt hart i. */
};

/*
 * Fills the plan: the build's promises, on what this machine really has. A line for each that is
 * broken. Returns the console hart, or CONFIG_NO_HART: what VMs write is dropped.
 */
uint32_t hv_boot_fit(struct hv_boot *b, const struct hv_boot_irqc *irqc);

/* The VM that can run and has this hart, or vm_count: none, as CONFIG_NO_HART has. */
uint32_t hv_boot_vm_of_hart(const struct hv_boot *b, uint32_t hart);

/* Harts that run something: those of VMs that can run, and the console's. */
uint64_t hv_boot_harts_in_use(const struct hv_boot *b, uint32_t console_hart);
