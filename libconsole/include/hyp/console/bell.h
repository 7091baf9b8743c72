/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wakes one consumer for many producers, without a lock and without a lost wake-up.
 *
 * One word: a bit per source with news, one that says the consumer sleeps, and one that says an
 * IPI is under way. So "there is news" and "the consumer sleeps" are decided in one order by the
 * memory system.
 *
 *   producer             publish the bytes; if (bell_ring(source, true)) send an IPI
 *   consumer             news |= bell_take(); work; nothing left: bell_sleep()
 *
 *   word                    meaning
 *   0                       consumer awake, no news
 *   bits, perhaps CALLED    consumer awake, will take them before it may sleep
 *   ASLEEP, perhaps bits    consumer waits for an IPI; the bits are of sources that send none
 *   ASLEEP | CALLED | bits  the IPI is under way
 *
 * The consumer gets at most one IPI each time that it goes to sleep, from all sources together.
 * While it is awake it gets none: a consumer that wants no IPI does not go to sleep.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define BELL_SOURCE_MAX 62u

struct bell {
    uint64_t word; /* Bit 63: asleep, bit 62: called. Zero is a valid start. */
};

/*
 * Producer, after publishing: source < BELL_SOURCE_MAX has news. `calls`: it can send an IPI.
 * True: it must send one now.
 */
bool bell_ring(struct bell *bell, unsigned source, bool calls);
/* Consumer: the sources with news since the last take; the consumer is awake afterwards. */
uint64_t bell_take(struct bell *bell);
/* Consumer: falls asleep if there is no news; false: there is, take it first. */
bool bell_sleep(struct bell *bell);
/* Consumer: is it asleep, with news? */
bool bell_calls(const struct bell *bell);
