/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The harts: their stacks and structs, their start, their work and their end.
 *
 *   hart.c       what a hart in use has; its way from its start to its VM's end; a panic
 *   serve.c      the console hart after its VM's end, or without a VM
 *   start.c      the start of the others by SBI HSM; which of them are lost
 *   handover.c   another hart boots, where this one cannot run guests
 *   timer.c      the timer
 *
 * Owner   struct hv; each struct hv_hart comes from the pool and stays.
 * Locks   None. hart[] is const once all are made. A hart's members are its own; but boot_state is
 *         shared, and `vcpu` is read by the hart that has changed it from COMING to LOST.
 */
#pragma once

#include <hyp/arch/hart.h>
#include <hyp/mm/hspace.h>
#include <hyp/mm/object_pool.h>

#include "libhv/hart/timer.h"

/*
 * COMING -> UP     the hart itself, once it is set up
 * COMING -> LOST   firmware does not start it, it lacks what its VM was promised, or a hart of its
 *                  VM has waited for START_LIMIT_S: its VM, if any, stops
 *
 * The first change wins, and there is no other.
 */
enum hv_boot_state { HV_HART_STARTING, HV_HART_ONLINE, HV_HART_FAILED };

struct hv_harts;

/* One hart. Its struct hart is first: a hart is its hv_hart. */
struct hv_hart {
    struct hart hart;
    struct hv_harts *harts;
    struct vcpu *vcpu; /* The one that this hart runs; NULL: none, or its VM has ended. */
    struct hv_timer timer;
    uint32_t boot_state; /* Atomic: enum hv_boot_state; by hv_hart_set_boot_state() alone. */
};

/* The room's calls to other rooms, by ops.c. All run on the hart that they concern. */
struct hv_hart_ops {
    /* Opens the hart's own part of the interrupt controller. */
    void (*init_irqc)(void *ctx, uint32_t hart);
    /* Before a vCPU's first run. Other than HYP_OK: the hart lacks what its VM was promised. */
    enum hyp_status (*start_vcpu)(void *ctx, struct vcpu *vcpu);
    /* Firmware does not start the hart: `error` is the SBI's. */
    void (*start_failed)(void *ctx, uint64_t hart_id, long error);
    /* No vCPU of the VM runs any more. */
    void (*vm_ended)(void *ctx, struct vm *vm);
    /* This hart has panicked; `vm` is the one that it ran, or NULL. Never waits. */
    void (*panicked)(void *ctx, struct vm *vm);
    /* True if this hart drives the console. */
    bool (*has_console)(void *ctx, uint32_t hart);
    /* The hart's VM has ended. True if it drives the console from now on, as no other hart does. */
    bool (*takes_console)(void *ctx, uint32_t hart);
    /* The hart that drives the console has no guest from now on. */
    void (*clear_console_vm)(void *ctx);
    /* Console hart: moves some bytes, and logs what VMs have reported. */
    void (*serve)(void *ctx, struct hv_hart *self);
    /* A supervisor external interrupt pends. */
    void (*external)(void *ctx, uint32_t hart);
};

struct hv_harts {
    const uint64_t *id; /* The machine's hart ids, by index. Borrowed. */
    uint32_t count;
    uint32_t timebase_hz;
    uint64_t load_hpa;
    const struct phys_map *phys;
    struct hspace *space;
    struct object_pool *objects;
    const bool *muted; /* No dump is written while this is true. */
    const struct hv_hart_ops *ops;
    void *ctx;
    struct hv_hart *hart[HYP_HART_MAX]; /* NULL: not in use. */
};

static inline struct hv_hart *hv_hart_self(void)
{
    return (struct hv_hart *)hart_self();
}

/*
 * Structs and stacks for the harts of `used`; those of `sstc` have Sstc. HYP_OK, HYP_E_NOMEM, or
 * what hspace_map_stack() says.
 */
HYP_MUST_USE enum hyp_status hv_harts_init(struct hv_harts *harts, uint64_t used, uint64_t sstc);

/* The hart of vcpu->hart_index will run that vCPU. Before it starts. */
void hv_hart_assign(struct hv_harts *harts, struct vcpu *vcpu);

/* Entry of each hart in use, by hart_enter(): runs its vCPU, then serves the console or parks. */
_Noreturn void hv_hart_main(struct hart *self);

/* serve.c: drives the console, without a guest. */
_Noreturn void hv_hart_serve(struct hv_hart *hart);

/* start.c: starts the others, and goes on as the hart with index `me`. */
_Noreturn void hv_harts_start(struct hv_harts *harts, uint32_t me);

/* start.c: from COMING to LOST, and its VM stops. A hart that comes after that parks. */
void hv_hart_set_failed(struct hv_hart *hart);

/* start.c: from COMING to `state`. False, with nothing changed, if it was not COMING any more. */
bool hv_hart_set_boot_state(struct hv_hart *hart, uint32_t state);

/* start.c: waits until each of the VM's harts is UP or LOST. */
void hv_hart_wait_online(struct hv_harts *harts, const struct vm *vm);

/*
 * handover.c: this hart boots but cannot run guests, so another one of the set `can` boots from the
 * start, with the device tree at fdt_hpa, and this one parks. `me` is its index, or
 * MACHINE_NO_INDEX where the machine's list of harts lacks it. Returns if all of `can` were tried.
 */
void hv_hart_hand_over(const struct hv_harts *harts, uint32_t me, uint64_t can, uint64_t fdt_hpa);
