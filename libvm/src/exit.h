/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a guest left, as a value; and what is done about it.
 *
 * Locks   The handlers take vm->lock where they need it; the caller holds nothing.
 * Context The vCPU's own hart, in HS-mode, after world_switch() returned.
 */
#pragma once

#include <hyp/arch/insn.h>
#include <hyp/vm/vm.h>

enum exit_kind {
    EXIT_IRQ,     /* An interrupt of HS-mode; `irq` says which. */
    EXIT_SBI,     /* ecall from VS-mode. */
    EXIT_MMIO,    /* Load or store at a guest-physical address that is not mapped. */
    EXIT_WALK,    /* The hart found the guest's page table at such an address. */
    EXIT_FETCH,   /* An instruction is there. */
    EXIT_VIRTUAL, /* Virtual instruction: what the guest may not do natively. */
    EXIT_REFLECT, /* Any other exception, which the guest gets as it is. */
};

struct exit {
    enum exit_kind kind;
    uint64_t irq;              /* EXIT_IRQ: its number. */
    gpa_t gpa;                 /* EXIT_MMIO, EXIT_FETCH, EXIT_WALK */
    struct insn_access access; /* EXIT_MMIO; kind INSN_NONE: fetch the instruction. */
    uint64_t trap_cause;       /* The trap of the guest, if it is to get one. */
    uint64_t trap_value;
};

/* Decodes what happened from the saved world alone. Pure. */
struct exit exit_decode(const struct world *w);

/* Handles it: the one switch over exits. VCPU_TRAP_GUEST: by trap_cause and trap_value. */
enum vcpu_action exit_handle(struct vcpu *vcpu, struct exit *exit);
