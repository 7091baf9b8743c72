/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits: the cause of a guest's trap as a value, and its handling.
 *
 * Locks   The handlers take vm->lock where necessary; the caller holds none.
 * Context The vCPU's own hart, in HS-mode, after world_switch() returned.
 */
#pragma once

#include <hyp/arch/insn.h>
#include <hyp/vm/vm.h>

enum exit_kind {
    EXIT_IRQ,     /* Interrupt of HS-mode. */
    EXIT_SBI,     /* ecall from VS-mode. */
    EXIT_MMIO,    /* Load or store at a guest-physical address that is not mapped. */
    EXIT_WALK,    /* Implicit access to the guest's page table at such an address. */
    EXIT_FETCH,   /* Instruction fetch at such an address. */
    EXIT_VIRTUAL, /* Virtual-instruction exception. */
    EXIT_REFLECT, /* Any other exception; the guest takes it unchanged. */
};

struct exit {
    enum exit_kind kind;
    uint64_t irq;              /* EXIT_IRQ: number of the interrupt. */
    gpa_t gpa;                 /* EXIT_MMIO, EXIT_WALK, EXIT_FETCH: the faulting address. */
    struct insn_access access; /* EXIT_MMIO; kind INSN_NONE: the instruction must be fetched. */
    uint64_t trap_cause;       /* The trap that the guest takes if the exit is not emulated. */
    uint64_t trap_value;
};

/* Decodes an exit from the CSRs that world_switch() has saved in world. Pure. */
struct exit exit_decode(const struct world *world);

/* Handles an exit. VCPU_TRAP_GUEST: with exit->trap_cause and trap_value. */
enum vcpu_action exit_handle(struct vcpu *vcpu, struct exit *exit);
