/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: in every interleaving of two senders and the target, each step one access to shared
 * memory or the interrupt bit, every bit posted is taken, with no IPI more than posts.
 */
#include <hyp/irq/ipi.h>
#include <prop.h>

enum { SENDERS = 2, POSTS = 2 };

struct sender {
    unsigned posts;
    bool owes; /* The IPI that ipi_post() asked for. */
};

struct world {
    struct ipi_mailbox mailbox;
    struct sender sender[SENDERS];
    bool ssip;    /* The target's physical IPI. */
    bool cleared; /* The target is between its two steps. */
    unsigned sent;
};

static uint64_t bit_of(unsigned sender, unsigned post)
{
    return (uint64_t)1 << (sender * POSTS + post);
}

static bool sender_may_step(const struct sender *s)
{
    return s->owes || s->posts < POSTS;
}

static void sender_step(struct world *w, unsigned i)
{
    struct sender *s = &w->sender[i];
    if (s->owes) {
        w->ssip = true;
        w->sent++;
        s->owes = false;
    } else {
        s->owes = ipi_post(&w->mailbox, bit_of(i, s->posts));
        s->posts++;
    }
}

static void target_step(struct world *w, uint64_t *all)
{
    if (!w->cleared) {
        w->ssip = false;
        w->cleared = true;
    } else {
        uint64_t bits = ipi_take(&w->mailbox);
        PROP_ASSERT((bits & *all) == 0); /* Once each. */
        *all |= bits;
        w->cleared = false;
    }
}

void prop_run(void)
{
    struct world w = {.mailbox = {0}};
    uint64_t all = 0;
    for (;;) {
        unsigned able[SENDERS + 1];
        unsigned count = 0;
        for (unsigned i = 0; i < SENDERS; i++) {
            if (sender_may_step(&w.sender[i])) {
                able[count++] = i;
            }
        }
        if (w.ssip || w.cleared) { /* Else the target sleeps. */
            able[count++] = SENDERS;
        }
        if (count == 0) {
            break;
        }
        unsigned who = able[count == 1 ? 0 : prop_u64(count)];
        if (who == SENDERS) {
            target_step(&w, &all);
        } else {
            sender_step(&w, who);
        }
    }
    PROP_ASSERT(w.mailbox.pending == 0 && all == ((uint64_t)1 << (SENDERS * POSTS)) - 1);
    PROP_ASSERT(w.sent <= SENDERS * POSTS);
    PROP_ASSERT(!ipi_post(&w.mailbox, 0));
}
