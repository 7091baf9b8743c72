/* SPDX-License-Identifier: Apache-2.0 */
/* One word that wakes one consumer for many producers. */
#include <hyp/console/bell.h>

#include <hyp/base/bits.h>

#define BELL_ASLEEP BIT(63)
#define BELL_CALLED BIT(62)
#define BELL_NEWS (BELL_CALLED - 1)

bool bell_ring(struct bell *bell, unsigned source, bool calls)
{
    /* Release: what was published before is seen by whom the bit reaches. Pairs with bell_take().
     */
    uint64_t old =
        __atomic_fetch_or(&bell->word, BIT(source) | (calls ? BELL_CALLED : 0), __ATOMIC_RELEASE);
    return calls && (old & (BELL_ASLEEP | BELL_CALLED)) == BELL_ASLEEP;
}

uint64_t bell_take(struct bell *bell)
{
    /* Acquire pairs with the release in bell_ring(). */
    return __atomic_exchange_n(&bell->word, 0, __ATOMIC_ACQUIRE) & BELL_NEWS;
}

bool bell_sleep(struct bell *bell)
{
    /*
     * Relaxed: no data is passed. A bit set before makes it fail; a ringer after it sees ASLEEP in
     * the same word.
     */
    uint64_t none = 0;
    return __atomic_compare_exchange_n(&bell->word, &none, BELL_ASLEEP, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED);
}

bool bell_calls(const struct bell *bell)
{
    /* Relaxed: the take that follows acquires. */
    uint64_t word = __atomic_load_n(&bell->word, __ATOMIC_RELAXED);
    return (word & BELL_ASLEEP) != 0 && (word & BELL_NEWS) != 0;
}
