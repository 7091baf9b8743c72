/* SPDX-License-Identifier: Apache-2.0 */
/* One word that wakes one consumer for many producers. */
#include <hyp/console/bell.h>

#include <hyp/base/bits.h>

#define BELL_ASLEEP BIT(63)
#define BELL_IPI_SENT BIT(62)
#define BELL_PENDING (BELL_IPI_SENT - 1)

bool bell_ring(struct bell *bell, unsigned producer, bool can_send)
{
    /* Release: who sees the bit sees the bytes published before. Pairs with bell_take(). */
    uint64_t bits = BIT(producer) | (can_send ? BELL_IPI_SENT : 0);
    uint64_t old = __atomic_fetch_or(&bell->word, bits, __ATOMIC_RELEASE);
    return can_send && (old & (BELL_ASLEEP | BELL_IPI_SENT)) == BELL_ASLEEP;
}

uint64_t bell_take(struct bell *bell)
{
    /* Acquire pairs with the release in bell_ring(). */
    return __atomic_exchange_n(&bell->word, 0, __ATOMIC_ACQUIRE) & BELL_PENDING;
}

bool bell_sleep(struct bell *bell)
{
    /*
     * Relaxed: no data is passed. A bit that was set before makes the exchange fail; a producer
     * that comes after it sees ASLEEP in the same word.
     */
    uint64_t none = 0;
    return __atomic_compare_exchange_n(&bell->word, &none, BELL_ASLEEP, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED);
}

bool bell_wakeup_pending(const struct bell *bell)
{
    /* Relaxed: bell_take() follows and acquires. */
    uint64_t word = __atomic_load_n(&bell->word, __ATOMIC_RELAXED);
    return (word & BELL_ASLEEP) != 0 && (word & BELL_PENDING) != 0;
}
