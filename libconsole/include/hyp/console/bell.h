/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wakes one consumer for many producers, without a lock and without a lost wake-up.
 *
 * One word: a pending bit for each producer, one that says the consumer sleeps, and one that says
 * an IPI is under way. So "bytes are pending" and "the consumer sleeps" are decided in one order by
 * the memory system.
 *
 *   producer             publish the bytes; if (bell_ring(producer, true)) send an IPI
 *   consumer             pending |= bell_take(); work; nothing left: bell_sleep()
 *
 *   word                      meaning
 *   0                         consumer awake, nothing pending
 *   bits, perhaps IPI_SENT    consumer awake, will take them before it may sleep
 *   ASLEEP, perhaps bits      consumer waits for an IPI; the bits are of producers that send none
 *   ASLEEP | IPI_SENT | bits  the IPI is under way
 *
 * The consumer gets at most one IPI each time that it goes to sleep, from all producers together.
 * While it is awake it gets none: a consumer that wants no IPI does not go to sleep.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define BELL_PRODUCER_MAX 62u

struct bell {
    uint64_t word; /* Bit 63: ASLEEP, bit 62: IPI_SENT. Zero is a valid start. */
};

/*
 * Producer, after publishing: sets the pending bit of `producer` (< BELL_PRODUCER_MAX).
 * `can_send`: it can send an IPI. Returns true if it must send one now.
 */
bool bell_ring(struct bell *bell, unsigned producer, bool can_send);
/* Consumer: returns and clears the pending bits; the consumer is awake afterwards. */
uint64_t bell_take(struct bell *bell);
/* Consumer: falls asleep if nothing is pending. False: something is, take it first. */
bool bell_sleep(struct bell *bell);
/* Consumer: true if it is asleep and something is pending. */
bool bell_wakeup_pending(const struct bell *bell);
