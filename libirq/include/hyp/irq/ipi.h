/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPIs without a queue: one word of pending bits for a target. Nothing is dropped, nobody waits.
 *
 *   sender     ipi_post(bits); true: send the physical IPI      (two steps)
 *   target     clear the physical IPI; ipi_take(); act          (two steps, in this order)
 *
 * One IPI is enough for all bits posted until the target takes them: only the sender that found
 * the word empty sends. The target clears first and takes then: bits posted in between are taken
 * now, and their IPI finds an empty word, which is harmless.
 *
 * Owner   One mailbox for a target and its own VM's senders: a sender of another VM could be
 *         stopped between its two steps, so each VM has a word of its own.
 * Locks   None. Zero is a valid start.
 */
#pragma once

#include <hyp/base/types.h>

struct ipi_mailbox {
    uint64_t pending;
};

/* What was written before is visible to the target when it takes the bits. True: send the IPI. */
static inline bool ipi_post(struct ipi_mailbox *mailbox, uint64_t bits)
{
    /* Pairs with the acquire exchange in ipi_take(). */
    return __atomic_fetch_or(&mailbox->pending, bits, __ATOMIC_RELEASE) == 0 && bits != 0;
}

static inline uint64_t ipi_take(struct ipi_mailbox *mailbox)
{
    /* Pairs with the release OR in ipi_post(). */
    return __atomic_exchange_n(&mailbox->pending, 0, __ATOMIC_ACQUIRE);
}
