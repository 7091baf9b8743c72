/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ticket lock: first come, first served, so that no hart of a VM starves another.
 *
 * A guest's exit takes the lock of its own VM alone, so a hart waits for harts of its own VM only.
 * One more is shared by VMs: the page pool's, which is held for a look at some words, and only
 * where a VM's memory is set up or given back.
 *
 * Lock order (the whole picture), outermost first:
 *
 *   vm->lock        one a VM
 *   page_pool.lock  one a pool; inside it nothing is taken
 *
 * Consoles and the controllers have no lock of their own.
 */
#pragma once

#include <hyp/base/thread_safety.h>
#include <stdint.h>

struct CAPABILITY("spinlock") spinlock {
    uint32_t next;    /* The ticket that the next comer draws. */
    uint32_t serving; /* The ticket that holds the lock. */
};

/*
 * For a function that is called through a pointer with the lock held, which clang cannot see:
 * states that the caller holds the lock. No code.
 */
static inline void spinlock_assume_held(const struct spinlock *l) ASSERT_CAPABILITY(l)
{
    (void)l;
}

#include <hyp/arch_backend/spinlock.h> /* spinlock_lock, spinlock_unlock, spinlock_is_held */
