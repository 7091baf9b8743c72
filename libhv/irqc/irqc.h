/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The physical interrupt controller: discovery, set-up, and dispatch of its interrupts.
 *
 *   irqc.c         discovery and set-up, of the controller and of each hart's part
 *   dispatch.c     claims an interrupt and passes it to its owner
 *   irqc_*.c       drivers, one for each kind of controller: rows of the image's modules
 *   aia.h, aia.c   shared by the drivers and models of APLIC and IMSIC
 *   ipi_*.c        drivers that send IPIs without the firmware: rows of the image's modules
 *   virq.h         a VM's virtual controller; virq_*.c, one for each model
 *
 * A new controller is one file with a struct irqc_driver, and one row (docs/recipes.md).
 *
 * Owner   struct hv. A driver's state belongs to the image, beside the row that names it.
 * Locks   None while booting. dispatch.c takes the lock of the VM that owns the source.
 */
#pragma once

#include <hyp/base/irq.h>
#include <hyp/irq/ipi_path.h>
#include <hyp/mm/hspace.h>
#include <hyp/mm/object_pool.h>
#include <hyp/vm/machine.h>
#include <hyp/vm/vm.h>
#include <stddef.h>

#include "libhv/build.h"
#include "libhv/irqc/virq.h"

#define HV_SOURCE_MAX 1024    /* Sources of a PLIC, or of an APLIC, with source 0. */
#define HV_OWNER_CONSOLE 0xff /* Value of hv_irqc.owner[]: the console's UART. */

struct hv_irqc;

/* A driver for one kind of interrupt controller. */
struct irqc_driver {
    const char *name; /* Printed by boot: irqc=NAME. */
    /*
     * Returns true if the machine has this controller, and then has set irqc_index[] and
     * source_count of irqc->machine, and irqc->imsic_ids if there are interrupt files. `fdt` is
     * the device tree of `size` bytes, mapped for this call alone.
     */
    bool (*discover)(void *state, struct hv_irqc *irqc, const void *fdt, size_t size);
    /* Maps the registers, disables all sources, and sets irqc->phys. After an error the controller
     * stays unused, and devices do not interrupt. */
    enum hyp_status (*init)(void *state, struct hv_irqc *irqc);
    /* Sets up one hart's part, on that hart after its start. Not called if init() failed. */
    void (*init_hart)(void *state, struct hv_irqc *irqc, uint32_t hart);
    /* Returns the host-physical page of the guest interrupt file for the vCPU on this hart, or
     * UINT64_MAX. NULL: this controller has no guest interrupt files. */
    uint64_t (*guest_file_hpa)(const void *state, uint32_t hart);
};

/* A driver that interrupts other harts without the firmware. */
struct ipi_driver {
    const char *name;
    /* Reads what init() needs from the device tree, which is mapped for this call alone. NULL: a
     * controller's discover() has read it. */
    void (*discover)(void *state, const struct hv_irqc *irqc, const void *fdt, size_t size);
    /* Runs after the controller's init(). Returns true if `path` reaches every hart. */
    bool (*init)(void *state, struct hv_irqc *irqc, struct ipi_path *path);
};

/* A row of an image's controllers: a driver, and the model that VMs can have on that controller. */
struct irqc_module {
    const struct irqc_driver *driver;
    void *state;
    enum hyp_irqc_model model;
};

/* A row of an image's IPI drivers. */
struct ipi_module {
    const struct ipi_driver *driver;
    void *state;
};

/* Calls to other rooms; libhv/ops.c has the functions. */
struct hv_irqc_ops {
    /* Serves the console's UART, which has interrupted this hart. */
    void (*console)(void *ctx, uint32_t hart);
};

struct hv_irqc {
    const struct hv_build *build;
    struct machine *machine;
    struct hspace *space;
    struct object_pool *objects;
    const struct irqc_module *modules; /* Boot uses the first whose discover() is true. */
    uint32_t module_count;
    const struct ipi_module *ipis; /* Likewise. */
    uint32_t ipi_count;
    const struct hv_irqc_ops *ops;
    void *ctx;

    const struct irqc_module *found; /* NULL: the machine has none of these. */
    struct irqc phys;                /* The controller; ops NULL: none is in use. */
    const struct ipi_module *ipi;    /* NULL: IPIs are SBI calls. */
    struct ipi_path ipi_path;        /* ops NULL: likewise. */
    uint32_t models;                 /* BIT(enum hyp_irqc_model) of each model that VMs can have. */
    uint32_t imsic_ids;              /* Highest identity of a VM's interrupt file; 0: no files. */
    uint32_t s_level_imsic_ids;      /* Highest identity of an S-level file. */
    uint32_t guest_files;            /* GEILEN of the boot hart. */
    struct vm *vm[HYP_VM_MAX];       /* Indexed by VM; NULL: no virtual controller. */
    uint8_t owner[HV_SOURCE_MAX];    /* VM index + 1, HV_OWNER_CONSOLE, or 0: none. */
};

/* Asks the drivers which controller the machine has. `fdt` is mapped for this call alone. */
void hv_irqc_discover(struct hv_irqc *irqc, const void *fdt, size_t size);

/* Returns the harts, as bits, that the controller cannot interrupt; 0 if there is none. */
uint64_t hv_irqc_harts_without_context(const struct hv_irqc *irqc);

/* Sets up the controller, and selects the first IPI driver that reaches all harts. */
void hv_irqc_init(struct hv_irqc *irqc);

/* An init_hart() for drivers whose irqc->phys sets up the hart alone. */
void hv_irqc_init_phys_hart(void *state, struct hv_irqc *irqc, uint32_t hart);

/*
 * Sets up a hart's part of the controller and of the IPI path, on that hart after its start. If it
 * is the console hart (`console`), enables the source of the console's UART as well.
 *
 * Returns true if the UART can interrupt this hart; false on any other hart.
 */
bool hv_irqc_init_hart(struct hv_irqc *irqc, uint32_t hart, bool console);

/* Returns "plic", "aplic", …; "none" without a controller in use. */
const char *hv_irqc_name(const struct hv_irqc *irqc);
/* Returns "sswi", "imsic", or "sbi" if IPIs are SBI calls. */
const char *hv_irqc_ipi_name(const struct hv_irqc *irqc);

/* Returns the host-physical page of the guest interrupt file for this hart's vCPU; UINT64_MAX: it
 * has none. */
uint64_t hv_irqc_guest_file_hpa(const struct hv_irqc *irqc, uint32_t hart);

/* Handles a supervisor external interrupt of this hart, with interrupts off (dispatch.c). */
void hv_irqc_handle(struct hv_irqc *irqc, uint32_t hart);
