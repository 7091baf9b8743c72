/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world switch: a hart runs a guest until something leaves it.
 *
 * world_switch() looks like a function call: it loads the guest's registers,
 * enters VS- or VU-mode, and returns when a trap comes that no fast function has
 * answered. The reason then stands in scause … htinst. VS-level CSRs and hgatp are
 * not touched: they belong to whoever runs on this hart (one vCPU a hart).
 *
 * Fast functions: the trap entry saves what the C ABI does not preserve, and for a
 * guest-page fault whose rd or rs2 the ABI does preserve, the rest as well; then it calls
 * one. A fast function that answers makes the guest go on; one that declines has changed
 * nothing, and world_switch() returns as if it had not been called. Meanwhile sepc, scause
 * … htinst are in the CSRs, not in the struct, so it must not access guest memory.
 *
 * Owner   The struct is embedded in a vCPU; one hart uses it at a time.
 * Locks   None. Context: HS-mode, interrupts off (sstatus.SIE = 0) throughout.
 * Spec    Privileged specification, "Trap Entry", "Trap Return" of the hypervisor chapter.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Counters of exits: an exception's at its code, an interrupt's at its code + WORLD_EXIT_IRQ. */
#define WORLD_EXIT_IRQ 32
#define WORLD_EXIT_COUNT 48

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

    /* None is NULL. */

    /*
     * An ecall from VS-mode with a0 … a7 in place; gpr[10] … gpr[17] hold them, too. Answered:
     * returns the guest's a0 and has set gpr[11]; the trap entry steps over the ecall. Declined:
     * above 0, which is no error of SBI. hart_self()->world is this world.
     */
    int64_t (*fast_ecall)(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                          uint64_t a5, uint64_t fid, uint64_t ext);
    /* An interrupt. True: answered; the guest goes on where it was. */
    bool (*fast_irq)(struct world *w, uint64_t scause);
    /*
     * A load's or store's guest-page fault at guest-physical address gpa. Of gpr[], only what
     * htinst names as rd or rs2 is certain to be there. True: answered; rd is written, and the
     * trap entry steps over the instruction, whose length bit 1 of htinst tells.
     */
    bool (*fast_fault)(struct world *w, uint64_t htinst, uint64_t gpa);

    /* Traps that came from this world, fast or slow, since it was zeroed. Any hart may read. */
    uint64_t exits[WORLD_EXIT_COUNT];
};

void world_switch(struct world *w);

/*
 * Tells that this hart has the hypervisor extension, and that its traps may come from guests from
 * now on. Until then its trap vector reads no CSR of that extension.
 */
void world_accept_guests(void);

/* Extensions that have registers of their own. V is the whole of it, not one of Zve*. */
#define WORLD_F 1u
#define WORLD_D 2u
#define WORLD_V 4u
#define WORLD_FP_ALL (WORLD_F | WORLD_D | WORLD_V)

/*
 * Returns the OR of those that work on this hart. Trying them changes their registers, but not
 * sstatus. V is tried only if it is in `asked`.
 */
unsigned world_probe_fp(unsigned asked);

/*
 * Makes floating-point registers (WORLD_F; with all the bits that the hart has), vector registers
 * (WORLD_V) and their status what they are after reset. sstatus.FS is not Off with WORLD_F, VS with
 * WORLD_V.
 */
void world_clear_fp(unsigned has);

/*
 * Accesses one floating-point register of the guest, f0 … f31, whose values stay in this hart: all
 * 64 bits, or 32 where the hart has no D. sstatus.FS must not be Off; the guest's own FS stays. Not
 * for fast functions: on a hart without D it traps once.
 */
uint64_t world_read_fp(unsigned reg);
void world_write_fp(unsigned reg, uint64_t bits);
