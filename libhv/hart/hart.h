/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The harts: their structs and stacks, their start, their main function and their panics.
 *
 *   hart.c       struct and stacks of a hart; its main function; a panic
 *   serve.c      the console hart after its VM's end, or without a VM
 *   start.c      starts the other harts by SBI HSM, and waits for them
 *   handover.c   lets another hart boot, if this one cannot run guests
 *   timer.c      the timer
 *
 * Owner   struct hv; each struct hv_hart comes from the pool and is never freed.
 * Locks   None. hart[] is const after hv_harts_init(). Only the hart itself accesses its members,
 *         but boot_state is shared, and the hart that changes it to FAILED reads `vcpu`.
 */
#pragma once

#include <hyp/arch/hart.h>
#include <hyp/mm/hspace.h>
#include <hyp/mm/object_pool.h>

#include "libhv/hart/timer.h"

/*
 *   change                  by
 *   STARTING -> ONLINE      the hart itself, once it is set up
 *   STARTING -> FAILED      the boot hart, if firmware does not start it; the hart itself, if it
 *                           lacks an extension that its VM needs; another hart of its VM, after
 *                           START_LIMIT_S. Its VM, if it has one, stops.
 *
 * There is one change: the first one.
 */
enum hv_boot_state { HV_HART_STARTING, HV_HART_ONLINE, HV_HART_FAILED };

struct hv_harts;

/* One hart. Its struct hart is first: a hart is its hv_hart. */
struct hv_hart {
    struct hart hart;
    struct hv_harts *harts;
    struct vcpu *vcpu; /* The vCPU that this hart runs; NULL: none, or its VM has ended. */
    struct hv_timer timer;
    uint32_t boot_state; /* Atomic: enum hv_boot_state; set by hv_hart_set_boot_state() only. */
};

/* The room's calls to other rooms; ops.c has the functions. Each runs on the hart concerned. */
struct hv_hart_ops {
    /* Opens the hart's own part of the interrupt controller. */
    void (*init_irqc)(void *ctx, uint32_t hart);
    /* Prepares the hart for the vCPU's first run. Not HYP_OK: the hart cannot run it. */
    enum hyp_status (*start_vcpu)(void *ctx, struct vcpu *vcpu);
    /* Logs that firmware does not start the hart: `error` is the SBI error. */
    void (*start_failed)(void *ctx, uint64_t hart_id, long error);
    /* Reports that the last vCPU of the VM has stopped. */
    void (*vm_ended)(void *ctx, struct vm *vm);
    /* Reports that this hart has panicked; it ran `vm`, or NULL. Never waits. */
    void (*panicked)(void *ctx, struct vm *vm);
    /* True if this hart drives the console. */
    bool (*has_console)(void *ctx, uint32_t hart);
    /* Called when the hart's VM has ended. True: the hart drives the console from now on. */
    bool (*takes_console)(void *ctx, uint32_t hart);
    /* Called when the console hart has no guest any more. */
    void (*clear_console_vm)(void *ctx);
    /* Console hart: moves some bytes, and logs VMs' reports. */
    void (*serve)(void *ctx, struct hv_hart *self);
    /* Handles a pending supervisor external interrupt. */
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
    const bool *muted; /* While true, a panic writes no dump. */
    const struct hv_hart_ops *ops;
    void *ctx;
    struct hv_hart *hart[HYP_HART_MAX]; /* NULL: not in use. */
};

static inline struct hv_hart *hv_hart_self(void)
{
    return (struct hv_hart *)hart_self();
}

/*
 * Allocates structs and stacks for the harts of `used`; those of `sstc` have Sstc. HYP_OK,
 * HYP_E_NOMEM, or a status of hspace_map_stack().
 */
HYP_MUST_USE enum hyp_status hv_harts_init(struct hv_harts *harts, uint64_t used, uint64_t sstc);

/* Lets the hart vcpu->hart_index run that vCPU. Called before the hart starts. */
void hv_hart_assign(struct hv_harts *harts, struct vcpu *vcpu);

/* Main function of each hart in use: runs its vCPU, then drives the console or parks. */
_Noreturn void hv_hart_main(struct hart *self);

/* serve.c: drives the console on a hart without a guest. */
_Noreturn void hv_hart_serve(struct hv_hart *hart);

/* start.c: starts the other harts, and goes on as the hart with index `me`. */
_Noreturn void hv_harts_start(struct hv_harts *harts, uint32_t me);

/* start.c: stops the VM of the hart, which cannot run its vCPU. */
void hv_hart_stop_vm(struct hv_hart *hart);

/* start.c: changes STARTING to FAILED and stops the VM. A hart that starts later parks. */
void hv_hart_set_failed(struct hv_hart *hart);

/* start.c: changes STARTING to `state`. False, without a change: it was not STARTING any more. */
bool hv_hart_set_boot_state(struct hv_hart *hart, uint32_t state);

/* start.c: waits until each of the VM's harts is ONLINE or FAILED. */
void hv_hart_wait_online(struct hv_harts *harts, const struct vm *vm);

/*
 * handover.c: lets another hart of the set `can` boot from the start, with the device tree at
 * fdt_hpa, and parks this one, which cannot run guests. `me` is its index, or MACHINE_NO_INDEX if
 * the machine's list of harts lacks it. Returns if all of `can` were tried.
 */
void hv_hart_hand_over(const struct hv_harts *harts, uint32_t me, uint64_t can, uint64_t fdt_hpa);
