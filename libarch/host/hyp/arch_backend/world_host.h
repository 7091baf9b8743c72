/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest on the host: a function of the test that says which trap comes next, or a list of
 * traps. world_switch() does with each what the trap entry does: it asks the fast function, and
 * returns if there is none or it declines.
 */
#pragma once

#include <hyp/arch/world.h>

/* How a guest left: what the trap writes into the CSRs. */
struct world_trap {
    uint64_t scause;
    uint64_t stval;
    uint64_t htval;
    uint64_t htinst;
};

/* Runs the guest from w->sepc on: may change its registers, and ends by a trap. */
typedef struct world_trap (*world_host_guest)(struct world *w, void *ctx);

/* Who plays the guest on this thread. */
void world_host_set(world_host_guest guest, void *ctx);

/* One element of a scripted guest. */
struct world_step {
    struct world_trap trap;
    /* Before the trap; NULL: the registers stay as they are. */
    void (*before)(struct world *w);
    const uint64_t *a; /* Not NULL: a0 … a7 hold these. */
};

struct world_script {
    const struct world_step *step;
    unsigned count;
    unsigned next;
};

/* Plays *ctx, a struct world_script: pops the next step. After the last one the test is wrong. */
struct world_trap world_host_script(struct world *w, void *ctx);

/* How often floating-point and vector registers were cleared on this thread. */
struct world_host_cleared {
    unsigned fp;
    unsigned vector;
};
struct world_host_cleared *world_host_cleared(void);

/* Sets which of WORLD_FP_ALL this thread's hart lacks. */
void world_host_set_absent_fp(unsigned absent);

/* f0 … f31 of this thread's hart. */
uint64_t *world_host_fp(void);
