/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ticket lock: first come, first served, so that no hart of a VM starves another.
 *
 * A guest's exit takes only the lock of its own VM, so a hart waits for harts of its own VM only.
 * VMs share one more lock, the page pool's. It is held for a short search, and only while a VM's
 * memory is set up or freed.
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
    uint32_t next;    /* The next ticket to draw. */
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
