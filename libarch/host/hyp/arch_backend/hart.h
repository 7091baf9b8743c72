/* SPDX-License-Identifier: Apache-2.0 */
/* The hart on the host: a test sets the struct for this thread. */
#pragma once

struct hart *hart_self(void);
void hart_host_set(struct hart *hart);

/* A hart that waits for another one (hart_relax, a taken lock), or for an interrupt (hart_wait). */
enum hart_host_wait { HART_HOST_RELAX, HART_HOST_WAIT };

/* Called while this thread's hart waits; NULL: the waiting functions return at once. Per thread. */
typedef void (*hart_host_wait_fn)(enum hart_host_wait why);
void hart_host_on_wait(hart_host_wait_fn fn);

void hart_host_waits(enum hart_host_wait why);

/*
 * Calls a function that may end this thread's hart; hart_park() comes back here, also from what is
 * called while the hart waits. hart_enter() sets the thread's hart and calls its entry.
 */
enum hart_host_end { HART_HOST_RETURNED, HART_HOST_PARKED };
enum hart_host_end hart_host_run(void (*fn)(void *ctx), void *ctx);

/* The offset in the image at which a hart starts. */
#define HART_HOST_START 0x1c0

static inline void hart_relax(void)
{
    hart_host_waits(HART_HOST_RELAX);
}

static inline void hart_wait(void)
{
    hart_host_waits(HART_HOST_WAIT);
}
