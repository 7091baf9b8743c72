/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot: reads the machine, sets up memory, and fits the configuration to both.
 *
 *   file            decides
 *   memory.c        where the hypervisor's own memory is mapped
 *   machine.c       whether the device tree can be used; logs the machine
 *   own_ram.c       whether image and pool lie in free RAM
 *   fit.c           which VMs can run here, and which hart has the console
 *   audit*.c        whether the page tables match the plan: modules of an image
 *
 * Owner   struct hv. Other rooms get pointers to the members that they need.
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
    const void *fdt; /* The machine's device tree; NULL once it is erased. */
    struct hv_memory memory;
    struct config_plan plan;
    struct machine machine;
};

/* ---- machine.c ------------------------------------------------------------------------------- */

/*
 * Reads the device tree at fdt_hpa. HYP_OK; HYP_E_FAULT: it cannot be accessed; or a status of
 * machine_read().
 */
HYP_MUST_USE enum hyp_status hv_boot_read_machine(struct hv_boot *b, uint64_t fdt_hpa);

/* The reason why a machine is refused, for the log: "no-h-extension", … */
const char *hv_boot_refusal_reason(enum hyp_status found);

/*
 * Erases the machine's device tree, which is not read from here on. If a byte of it cannot be
 * written, its memory becomes reserved.
 */
void hv_boot_erase_fdt(struct hv_boot *b);

void hv_boot_show_machine(const struct hv_boot *b);

/* Logs how much of the pool is used, and how much was expected to be. */
void hv_boot_show_pool(const struct hv_boot *b);

/* ---- own_ram.c ------------------------------------------------------------------------------- */

/* An overlap of the image or the pool with memory of another owner, or a hole in RAM. */
struct hv_ram_conflict {
    const char *name; /* "image" or "pool"; NULL: there is no conflict. */
    struct range own;
    const char *why;       /* "in-reserved-memory", … */
    const char *with_name; /* Owner of `with`: "reserved", … */
    struct range with;
};

/* Called before hv_memory_init() and the first store into the pool. */
struct hv_ram_conflict hv_boot_find_ram_conflict(struct hv_boot *b);

/* ---- fit.c ----------------------------------------------------------------------------------- */

/* Parameters of the machine's interrupt controller, from irqc/. */
struct hv_boot_irqc {
    uint32_t models;     /* OR of BIT(enum hyp_irqc_model). */
    uint64_t no_context; /* Bit i: the controller cannot interrupt hart i. */
};

/*
 * Fills the plan: where this machine has the resources that the configuration asks for. Logs a line
 * for each that it lacks. Returns the console hart, or CONFIG_NO_HART: VMs' output is dropped.
 */
uint32_t hv_boot_fit(struct hv_boot *b, const struct hv_boot_irqc *irqc);

/* The runnable VM that has this hart, or vm_count: none has it, or it is CONFIG_NO_HART. */
uint32_t hv_boot_vm_of_hart(const struct hv_boot *b, uint32_t hart);

/* Harts of runnable VMs, and the console hart. */
uint64_t hv_boot_harts_in_use(const struct hv_boot *b, uint32_t console_hart);
