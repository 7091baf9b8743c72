/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data of a hart, which tp points to; and how a hart enters the hypervisor's address space.
 *
 * tp and sscratch both hold the hart in HS-mode, so that one trap vector works for traps from
 * HS-mode and from guests. While a guest runs, sscratch holds the hart and tp is the guest's.
 *
 * Owner   The embedder, who gives each hart its stacks and this struct.
 * Locks   None: once a hart has started, only that hart writes its struct.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct world;
struct hart_fault_frame;

struct hart {
    uint64_t scratch[3]; /* Used by the trap entry. */
    struct world *world; /* The guest that runs, or has run last, on this hart; NULL: none. */
    struct hart *self;   /* Virtual address of this struct: a started hart has the physical one. */
    uint64_t id;         /* The machine's hart id. */
    uint64_t stack_top;  /* 16-byte aligned; a guard page lies below each stack. */
    uint64_t fault_stack_top;         /* Used only for HS-mode's own faults. */
    uint64_t satp;                    /* Value for the hypervisor's address space. */
    void (*entry)(struct hart *self); /* First function of a started hart; never returns. */
    uint64_t fault_depth;             /* Nesting of faults in HS-mode; 0: no fault. */
    uint32_t index;                   /* Dense index, from 0. */
    const char *vm_name;              /* VM of this hart, for the fault dump. NULL: none. */
    void *owner;                      /* The embedder's own object for this hart. */
    /*
     * Reports a fault of HS-mode or a failed assertion to the embedder, after the dump and before
     * this hart stops. Called on the fault stack; any lock may be held, so it must not wait.
     * `fault` is the trap, or NULL if an assertion or the dump itself has failed. NULL: no report.
     */
    void (*panicked)(struct hart *self, const struct hart_fault_frame *fault);
    const bool *muted; /* While true, no dump is written. NULL: every dump is. */
};

/* Registers that the trap entry saves at a fault in HS-mode. */
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

/* Switches to h's address space and stack, sets tp and sscratch, and calls h->entry(h). */
_Noreturn void hart_enter(struct hart *h);

/* Physical start address for SBI hart_start; opaque is the physical address of a struct hart. */
uint64_t hart_start_address(uint64_t load_hpa);

/*
 * The hart that boots. Both words survive a second entry of _start. boot_lottery is id + 1 of the
 * boot hart, or ~id of a hart that hands over to the next one, which waits until the former has
 * stopped. boot_tried belongs to the embedder; _start sets it to 0 unless a hart hands over.
 */
extern uint64_t boot_lottery;
extern uint64_t boot_tried;

/* Stops this hart for ever: by SBI HSM, or by waiting if the firmware lacks HSM. */
_Noreturn void hart_park(void);

/* Name and version of the firmware; every dump prints it. */
extern const char hyp_build_name[];

/*
 * The linker's build id (--build-id=sha1), which the ELF file has as a note; every dump prints it.
 * Defined by the linker script.
 */
#define HYP_BUILD_ID_SIZE 20
extern const uint8_t hyp_build_id[HYP_BUILD_ID_SIZE];
