/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's interrupt controller: found, set up, and claimed from by one dispatcher.
 *
 *   irqc.c         which controller the machine has; its set-up; each hart's part
 *   dispatch.c     what a claim means, and who gets it
 *   irqc_*.c       a driver for one kind of controller: a row of the image's modules
 *   aia.h, aia.c   what the drivers and models of APLIC and IMSIC share
 *   ipi_*.c        IPIs without the firmware, likewise rows of the image's modules
 *   virq.h         a VM's virtual controller; virq_*.c, one for each model
 *
 * A new controller is one file with a struct irqc_driver, and one row (docs/recipes.md).
 *
 * Owner   struct hv. A driver's state is the image's, beside the row that names it.
 * Locks   None while booting. dispatch.c takes the lock of the VM whose source it is.
 */
#pragma once

#include <hyp/base/irq.h>
#include <hyp/irq/ipi_path.h>
#include <hyp/mm/hspace.h>
#include <hyp/mm/object_pool.h>
#include <hyp/vm/machine.h>
#include <hyp/vm/vm.h>

#include "libhv/build.h"
#include "libhv/irqc/virq.h"

#define HV_SOURCE_MAX 1024    /* Sources of a PLIC, or of an APLIC, with source 0. */
#define HV_OWNER_CONSOLE 0xff /* hv_irqc.owner[]: the console's UART. */

struct hv_irqc;

/* A kind of interrupt controller. */
struct irqc_driver {
    const char *name; /* As boot prints it. */
    /*
     * True if the machine has this controller, by irqc->machine and the device tree of `size`
     * bytes, which is mapped for this call alone. Then irqc->machine's irqc_index and source_count
     * are the controller's, and irqc->imsic_ids is set if it has interrupt files.
     */
    bool (*discover)(void *state, struct hv_irqc *irqc, const void *fdt, size_t size);
    /* Maps its registers, turns all sources off, and sets irqc->chip. Other than HYP_OK: the
     * controller stays unused, and no device interrupts. */
    enum hyp_status (*init)(void *state, struct hv_irqc *irqc);
    /* Sets up the hart's own part, on that hart after its start. Not called if init() failed. */
    void (*init_hart)(void *state, struct hv_irqc *irqc, uint32_t hart);
    /* The machine's page of the guest interrupt file of a vCPU on this hart, or UINT64_MAX.
     * NULL: there are none. */
    uint64_t (*guest_file_hpa)(const void *state, uint32_t hart);
};

/* A way to interrupt another hart. */
struct ipi_driver {
    const char *name;
    /* Notes what init() needs of the tree, which is mapped for this call alone. NULL: it needs no
     * more than a controller's discover() has noted. */
    void (*discover)(void *state, const struct hv_irqc *irqc, const void *fdt, size_t size);
    /* After the controller's init(). True: `path` reaches every hart, and is used. */
    bool (*init)(void *state, struct hv_irqc *irqc, struct ipi_path *path);
};

/* A row of an image's controllers: a driver, and the model that VMs can have where it is found. */
struct irqc_module {
    const struct irqc_driver *driver;
    void *state;
    enum hyp_irqc_model model;
};

/* A row of an image's ways to interrupt another hart. */
struct ipi_module {
    const struct ipi_driver *driver;
    void *state;
};

/* The room's calls to other rooms; ops.c has the functions. */
struct hv_irqc_ops {
    /* The console's UART has interrupted this hart. */
    void (*console)(void *ctx, uint32_t hart);
};

struct hv_irqc {
    const struct hv_build *build;
    struct machine *machine;
    struct hspace *space;
    struct object_pool *objects;
    const struct irqc_module *modules; /* Asked in their order; the first that is found is used. */
    uint32_t module_count;
    const struct ipi_module *ipis; /* Likewise. */
    uint32_t ipi_count;
    const struct hv_irqc_ops *ops;
    void *ctx;

    const struct irqc_module *found; /* NULL: the machine has none of them. */
    struct irqc chip;                /* ops NULL: none is in use. */
    const struct ipi_module *ipi;    /* NULL: the firmware's calls. */
    struct ipi_path ipi_path;        /* ops NULL: likewise. */
    uint32_t models;                 /* OR of BIT(enum hyp_irqc_model): what VMs can be given. */
    uint32_t imsic_ids;              /* Identities of VMs' interrupt files; 0: VMs have none. */
    uint32_t own_imsic_ids;          /* Those of the harts' own files. */
    uint32_t guest_files;            /* GEILEN of the hart that boots. */
    struct vm *vm[HYP_VM_MAX];       /* NULL: it has no virtual controller. */
    uint8_t owner[HV_SOURCE_MAX];    /* By source: VM index + 1; HV_OWNER_CONSOLE; 0: nobody. */
};

/* Finds out which controller the machine has. `fdt` is mapped for this call alone. */
void hv_irqc_discover(struct hv_irqc *irqc, const void *fdt, size_t size);

/* Bit i: the machine's controller cannot interrupt hart i. 0 if there is none. */
uint64_t hv_irqc_harts_without_context(const struct hv_irqc *irqc);

/* Sets up the controller that was found, and takes the first way of IPIs that reaches all harts. */
void hv_irqc_init(struct hv_irqc *irqc);

/* For drivers: an init_hart() that calls the one of irqc->chip and does nothing else. */
void hv_irqc_init_chip(void *state, struct hv_irqc *irqc, uint32_t hart);

/*
 * On each hart after its start: sets up its part of the controller and of the IPI path. On the
 * console hart (`console`) it enables the source of the console's UART as well, and returns true if
 * that source can interrupt this hart; false on all others.
 */
bool hv_irqc_init_hart(struct hv_irqc *irqc, uint32_t hart, bool console);

/* "plic", "aplic", …; "none". */
const char *hv_irqc_name(const struct hv_irqc *irqc);
/* "sswi", "imsic"; "sbi". */
const char *hv_irqc_ipi_name(const struct hv_irqc *irqc);

/* The machine's page of the guest interrupt file of a vCPU on this hart; UINT64_MAX: none. */
uint64_t hv_irqc_guest_file_hpa(const struct hv_irqc *irqc, uint32_t hart);

/* dispatch.c: a supervisor external interrupt pends on this hart. Interrupts are off. */
void hv_irqc_handle(struct hv_irqc *irqc, uint32_t hart);
