/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest on the host: a function of the test that returns the next trap, or a list of traps.
 * world_switch() handles each as the trap entry does: it calls the fast function, and returns if
 * there is none or it declines.
 */
#pragma once

#include <hyp/arch/world.h>

/* A trap from the guest: the values of the trap CSRs. */
struct world_trap {
    uint64_t scause;
    uint64_t stval;
    uint64_t htval;
    uint64_t htinst;
};

/* Runs the guest from w->sepc to its next trap; may change its registers. */
typedef struct world_trap (*world_host_guest)(struct world *w, void *ctx);

/* Sets the guest of this thread. */
void world_host_set(world_host_guest guest, void *ctx);

/* One step of a scripted guest. */
struct world_step {
    struct world_trap trap;
    /* Called before the trap; NULL: the registers do not change. */
    void (*before)(struct world *w);
    const uint64_t *a; /* Not NULL: a0 … a7 hold these. */
};

struct world_script {
    const struct world_step *step;
    unsigned count;
    unsigned next;
};

/* Runs the next step of *ctx, a struct world_script. After the last step it panics. */
struct world_trap world_host_script(struct world *w, void *ctx);

/* Number of times that registers were cleared on this thread. */
struct world_host_cleared {
    unsigned fp;
    unsigned vector;
};
struct world_host_cleared *world_host_cleared(void);

/* Sets which of WORLD_FP_ALL the hart of this thread lacks. */
void world_host_set_absent_fp(unsigned absent);

/* f0 … f31 of the hart of this thread. */
uint64_t *world_host_fp(void);
