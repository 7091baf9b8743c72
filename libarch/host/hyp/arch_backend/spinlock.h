/* SPDX-License-Identifier: Apache-2.0 */
/* The ticket lock on the host, for tests with several harts. */
#pragma once

#include <hyp/arch/hart.h>
#include <stdbool.h>

static inline void spinlock_lock(struct spinlock *l) ACQUIRE(l) NO_THREAD_SAFETY_ANALYSIS
{
    uint32_t ticket = __atomic_fetch_add(&l->next, 1, __ATOMIC_RELAXED);
    /* Pairs with the release store in spinlock_unlock(). */
    while (__atomic_load_n(&l->serving, __ATOMIC_ACQUIRE) != ticket) {
        hart_relax();
    }
}

static inline void spinlock_unlock(struct spinlock *l) RELEASE(l) NO_THREAD_SAFETY_ANALYSIS
{
    /* Pairs with the acquire load in spinlock_lock(). */
    __atomic_store_n(&l->serving, l->serving + 1, __ATOMIC_RELEASE);
}

static inline bool spinlock_is_held(const struct spinlock *l)
{
    return __atomic_load_n(&l->serving, __ATOMIC_RELAXED) !=
           __atomic_load_n(&l->next, __ATOMIC_RELAXED);
}
