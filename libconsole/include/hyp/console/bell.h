/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wakes one consumer for many producers, without a lock and without a lost wake-up.
 *
 * One word: a bit per source with news, and one that says the consumer sleeps. So
 * "there is news" and "the consumer sleeps" are decided in one order by the memory system.
 *
 *   producer             publish the bytes; if (bell_ring(bit)) send an IPI
 *   consumer             news |= bell_take(); work; nothing left: bell_sleep()
 *
 *   word                 meaning
 *   0                    consumer awake, no news
 *   bits                 consumer awake, will take them before it may sleep
 *   ASLEEP               consumer waits for an IPI
 *   ASLEEP | bits        the IPI is under way: exactly the first ringer of each bit sends one
 *
 * A source costs the consumer at most one IPI for each time that it goes to sleep.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define BELL_SOURCE_MAX 63u

struct bell {
    uint64_t word; /* Bit 63: asleep. Zero is a valid start. */
};

/* Producer, after publishing: source < BELL_SOURCE_MAX has news. True: wake the consumer. */
bool bell_ring(struct bell *bell, unsigned source);
/* Consumer: the sources with news since the last take; the consumer is awake afterwards. */
uint64_t bell_take(struct bell *bell);
/* Consumer: falls asleep if there is no news; false: there is, take it first. */
bool bell_sleep(struct bell *bell);
/* Consumer: would a take give a source? */
bool bell_has_news(const struct bell *bell);
