/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's interrupt controller: found, set up, and claimed from by one dispatcher.
 *
 *   irqc.c         which controller the machine has; its set-up; each hart's part
 *   dispatch.c     what a claim means, and who gets it
 *   irqc_*.c       a driver for one kind of controller: a row of the image's modules
 *   ipi_*.c        IPIs without the firmware, likewise
 *   virq.h         a VM's virtual controller; virq_*.c, one for each model
 *
 * A new controller is one file with a struct irqc_driver, and one row.
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

#define HV_SOURCE_MAX 1024

struct hv_irqc;

/* A kind of interrupt controller. */
struct irqc_driver {
    const char *name; /* As boot prints it. */
    /*
     * Has the machine this one? Looks at irqc->machine and at the device tree of `size` bytes,
     * which is there for this step alone. True: irqc->machine's irqc_index and source_count are the
     * controller's, and irqc->imsic_ids is set.
     */
    bool (*discover)(void *state, struct hv_irqc *irqc, const void *fdt, size_t size);
    /* Maps it, with all sources off, and sets irqc->chip. Other than HYP_OK: it stays unused. */
    enum hyp_status (*init)(void *state, struct hv_irqc *irqc);
    /* On a hart that has started, where init() was HYP_OK: the hart's part of it. */
    void (*init_hart)(void *state, struct hv_irqc *irqc, uint32_t hart);
    /* The machine's page of the guest interrupt file of a vCPU on this hart, or UINT64_MAX.
     * NULL: there are none. */
    uint64_t (*guest_file_hpa)(const void *state, uint32_t hart);
};

/* A way to interrupt another hart. */
struct ipi_driver {
    const char *name;
    /* As irqc_driver's, of what it needs. NULL: a controller's discover has looked. */
    void (*discover)(void *state, const struct hv_irqc *irqc, const void *fdt, size_t size);
    /* Behind the controller's init. False: this machine has it not, or not for all harts. */
    bool (*init)(void *state, struct hv_irqc *irqc, struct ipi_path *path);
};

/* A controller with the model that VMs can be given where the machine has it. */
struct irqc_module {
    const struct irqc_driver *driver;
    void *state;
    enum hyp_irqc_model model;
    const struct virqc_ops *virqc;
};

struct ipi_module {
    const struct ipi_driver *driver;
    void *state;
};

/* What the room asks of others; env.c answers. */
struct hv_irqc_ops {
    /* The console's UART has interrupted this hart. */
    void (*console)(void *ctx, uint32_t hart);
};

struct hv_irqc {
    const struct hv_build *build;
    struct machine *machine;
    struct hspace *space;
    struct object_pool *objects;
    const struct irqc_module *modules; /* In the order in which they are looked for. */
    uint32_t module_count;
    const struct ipi_module *ipis; /* The same. */
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
    uint8_t owner[HV_SOURCE_MAX];    /* VM index + 1; HV_OWNER_CONSOLE; 0: nobody. */
};

#define HV_OWNER_CONSOLE 0xff

/* Which controller the machine has. `fdt` is there for this call alone. */
void hv_irqc_discover(struct hv_irqc *irqc, const void *fdt, size_t size);

/* Bit i: the machine's controller cannot interrupt hart i. 0 if there is none. */
uint64_t hv_irqc_harts_without_context(const struct hv_irqc *irqc);

/* The controller, and the shortest way to interrupt other harts. */
void hv_irqc_init(struct hv_irqc *irqc);

/* The init_hart of a driver that has nothing to do but what irqc->chip does by itself. */
void hv_irqc_init_chip(void *state, struct hv_irqc *irqc, uint32_t hart);

/*
 * On each hart that has started: its part of the controller. The console hart's takes the source of
 * the console's UART: true if that interrupts this hart.
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
