/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world switch: runs a guest on this hart until a trap.
 *
 * world_switch() looks like a function call: it loads the guest's registers, enters VS- or VU-mode,
 * and returns when a trap comes that no fast function has handled. scause … htinst then hold the
 * cause. VS-level CSRs and hgatp are not touched: the caller owns them (one vCPU a hart).
 *
 * A fast function handles a frequent trap without a return of world_switch(). The trap entry saves
 * the registers that the C ABI does not preserve, and calls the function. For a guest-page fault
 * whose rd or rs2 the ABI does preserve, it saves the preserved registers as well. If the function
 * handles the trap, the guest resumes. If it declines, it has changed nothing, and world_switch()
 * returns as if the function had not been called. While a fast function runs, sepc, scause … htinst
 * are in the CSRs and not in the struct, so it must not access guest memory.
 *
 * Owner   The struct is embedded in a vCPU; one hart uses it at a time.
 * Locks   None. Context: HS-mode, interrupts off (sstatus.SIE = 0) throughout.
 * Spec    Privileged specification, "Trap Entry", "Trap Return" of the hypervisor chapter.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Indices of exit counters: the code of an exception, or WORLD_EXIT_IRQ + that of an interrupt. */
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
    uint64_t host_sp; /* Used by world_switch() only. */

    /* The fast functions; none of them is NULL. */

    /*
     * Handles an ecall from VS-mode. a0 … a7 are in place; gpr[10] … gpr[17] hold them, too.
     * hart_self()->world is this world. Returns the guest's a0 with gpr[11] written, and the trap
     * entry steps over the ecall; or declines by a value above 0, which is no SBI error.
     */
    int64_t (*fast_ecall)(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                          uint64_t a5, uint64_t fid, uint64_t ext);
    /* Handles an interrupt. Returns true if the guest resumes where it was. */
    bool (*fast_irq)(struct world *world, uint64_t scause);
    /*
     * Handles a guest-page fault of a load or store at guest-physical address gpa. gpr[] is sure to
     * hold only the register that htinst names as rd or rs2. Returns true with rd written, and the
     * trap entry steps over the instruction, whose length bit 1 of htinst gives.
     */
    bool (*fast_fault)(struct world *world, uint64_t htinst, uint64_t gpa);

    /* Number of traps from this world, fast and slow, by cause. Any hart may read. */
    uint64_t exits[WORLD_EXIT_COUNT];
};

/* Runs the guest until a trap that no fast function handles. */
void world_switch(struct world *world);

/*
 * Installs the trap vector that handles traps of guests. Called before the first world_switch() on
 * this hart, which has the hypervisor extension. Until then the trap vector reads no CSR of that
 * extension.
 */
void world_accept_guests(void);

/* Extensions with registers of their own. V is the full extension, not one of Zve*. */
#define WORLD_F 1u
#define WORLD_D 2u
#define WORLD_V 4u
#define WORLD_FP_ALL (WORLD_F | WORLD_D | WORLD_V)

/*
 * Returns the OR of the extensions that work on this hart, found by trying. This changes their
 * registers, but not sstatus. V is tried only if it is in `asked`.
 */
unsigned world_probe_fp(unsigned asked);

/*
 * Resets floating-point registers (WORLD_F; all bits that the hart has), vector registers (WORLD_V)
 * and their status CSRs. With WORLD_F, sstatus.FS must not be Off; with WORLD_V, sstatus.VS.
 */
void world_clear_fp(unsigned has);

/*
 * Reads or writes one floating-point register of the guest, f0 … f31, which the hart holds: 64
 * bits, or 32 on a hart without D. sstatus.FS must not be Off; the guest's own FS does not change.
 * Fast functions must not call these: on a hart without D an access traps once.
 */
uint64_t world_read_fp(unsigned reg);
void world_write_fp(unsigned reg, uint64_t bits);
