/* SPDX-License-Identifier: Apache-2.0 */
/* The ticket lock on the machine. It executes PAUSE while it waits. */
#pragma once

#include <stdbool.h>

static inline void spinlock_lock(struct spinlock *l) ACQUIRE(l) NO_THREAD_SAFETY_ANALYSIS
{
    uint32_t ticket = __atomic_fetch_add(&l->next, 1, __ATOMIC_RELAXED);
    while (__builtin_expect(*(volatile uint32_t *)&l->serving != ticket, 0)) {
        __asm__ volatile(".insn i 0x0f, 0, x0, x0, 0x010" : : : "memory"); /* pause */
    }
    /* Pairs with the release fence in spinlock_unlock(). */
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

/* A fence and a store: GCC compiles an atomic release store to a swap. */
static inline void spinlock_unlock(struct spinlock *l) RELEASE(l) NO_THREAD_SAFETY_ANALYSIS
{
    uint32_t next = l->serving + 1;
    /* Pairs with the acquire fence in spinlock_lock(). */
    __atomic_thread_fence(__ATOMIC_RELEASE);
    *(volatile uint32_t *)&l->serving = next;
}

static inline bool spinlock_is_held(const struct spinlock *l)
{
    return __atomic_load_n(&l->serving, __ATOMIC_RELAXED) !=
           __atomic_load_n(&l->next, __ATOMIC_RELAXED);
}
