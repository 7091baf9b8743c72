/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world switch: a hart runs a guest until something leaves it.
 *
 * world_switch() looks like a function call: it loads the guest's registers,
 * enters VS- or VU-mode, and returns when a trap comes that no fast function has
 * answered. The reason then stands in scause … htinst. VS-level CSRs and hgatp are
 * not touched: they belong to whoever runs on this hart (one vCPU a hart).
 *
 * Two save levels. An ecall or an interrupt saves what the C ABI does not preserve
 * and calls fast_ecall or fast_irq; a guest-page fault of a load or store saves all
 * registers and calls fast_fault. A fast function that answers returns true, and
 * the guest goes on; one that does not returns false, having changed nothing, and
 * world_switch() returns as if it had not been called. NULL: none.
 *
 * Owner   The struct is embedded in a vCPU; one hart uses it at a time.
 * Locks   None. Context: HS-mode, interrupts off (sstatus.SIE = 0) throughout.
 * Spec    Privileged specification, "Trap Entry", "Trap Return" of the hypervisor chapter.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct world {
    uint64_t gpr[32]; /* x0 … x31 of the guest; gpr[0] stays 0. */
    uint64_t sepc;
    uint64_t sstatus; /* SPP: the guest's mode. */
    uint64_t hstatus; /* SPV = 1; SPVP as SPP. */
    uint64_t scause;
    uint64_t stval;
    uint64_t htval;   /* Guest-physical address >> 2 of a guest-page fault. */
    uint64_t htinst;  /* Transformed instruction, or 0. */
    uint64_t host_sp; /* world_switch()'s own. */

    /*
     * An ecall from VS-mode with a0 … a7 in place. Answered: has set gpr[10] and
     * gpr[11]; the trap entry steps over the ecall. hart_self()->world is this world.
     * sepc, sstatus and hstatus are in the CSRs, not here: it must not access guest memory.
     */
    bool (*fast_ecall)(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5,
                       uint64_t fid, uint64_t ext);
    /* An interrupt: same rules; the guest goes on where it was. */
    bool (*fast_irq)(struct world *w, uint64_t scause);
    /* A load's or store's guest-page fault: everything is in w; answered: has stepped w->sepc. */
    bool (*fast_fault)(struct world *w);
};

void world_switch(struct world *w);

/* Floating-point (and, if told, vector) registers and their status: as after reset. */
void world_clear_fp(bool has_vector);
