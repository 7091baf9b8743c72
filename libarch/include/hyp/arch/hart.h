/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Per-hart data, reached through tp; how a hart enters the hypervisor's own space.
 *
 * tp and sscratch both hold the hart while in HS-mode, so the one trap vector works
 * from either world; in a guest, sscratch holds it and tp is the guest's.
 *
 * Owner   The image, which gives each hart its stacks and this struct.
 * Locks   None: only its own hart writes it once it has started.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct world;

struct hart {
    uint64_t scratch[3]; /* The trap entry's. */
    struct world *world; /* The guest that runs or ran last here; NULL: none. */
    struct hart *self;   /* This, in the hypervisor's space (secondary harts start physical). */
    uint64_t id;         /* The machine's hart id. */
    uint64_t stack_top;  /* 16-byte aligned; a guard page lies below each stack. */
    uint64_t fault_stack_top;         /* Used only for HS-mode's own faults. */
    uint64_t satp;                    /* Of the hypervisor's space. */
    void (*entry)(struct hart *self); /* Where a started hart goes; never returns. */
    uint64_t fault_depth;             /* 0; more while a fault of HS-mode is being reported. */
    uint32_t index;                   /* Dense, 0 … */
    const char *vm_name; /* Whose guest this hart runs; for the fault dump. NULL: none. */
    void *owner;         /* The embedder's own per-hart object. */
    /*
     * After the dump of this hart's fault or broken contract, before it stops: on the fault stack,
     * whatever locks are held. Never waits; called again if it faults. NULL: nobody is told.
     */
    void (*panicked)(struct hart *self);
    const bool *muted; /* No dump is written while this is true. NULL: all are. */
};

/* What the trap entry has saved of a fault in HS-mode. */
struct hart_fault_frame {
    uint64_t gpr[32];
    uint64_t sepc;
    uint64_t scause;
    uint64_t stval;
    uint64_t hstatus;
};

#include <hyp/arch_backend/hart.h>
/*
 * struct hart *hart_self(void)       this hart's struct
 * void hart_relax(void)              a hint in a waiting loop
 * void hart_wait(void)               wfi: returns when an enabled interrupt is pending, or at once
 */

/* Moves to h's stack and space, sets tp and sscratch, calls h->entry(h). */
_Noreturn void hart_enter(struct hart *h);

/* Physical address of the code where a hart started by HSM begins; its opaque is hart's address. */
uint64_t hart_start_address(uint64_t load_hpa);

/*
 * The hart that boots; boot.S does not clear these. boot_lottery is id + 1 of that hart; or ~id: it
 * hands over, and the next hart waits until it has stopped. Only then boot_tried, the embedder's
 * own word, is kept; else _start sets it to 0.
 */
extern uint64_t boot_lottery;
extern uint64_t boot_tried;

/* Stops this hart for ever: by HSM where the firmware has it, else waits. */
_Noreturn void hart_park(void);

/* A text that tells one build from another; printed by every dump. */
extern const char hyp_build_id[];
