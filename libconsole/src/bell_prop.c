/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every interleaving of two producers with the consumer that goes to sleep: no wake-up is lost.
 *
 * A producer's byte is two steps (publish, ring), the consumer's round is take, one look at each
 * pending ring, sleep. The run ends when nobody can run: then both rings are empty. If the second
 * producer sends no IPI, the first's bytes are taken all the same.
 */
#include <hyp/console/bell.h>
#include <hyp/console/byte_ring.h>
#include <prop.h>

#define PRODUCERS 2u

/* Bytes that each sends; two and two would make tens of millions of interleavings. */
static const unsigned bytes[PRODUCERS] = {2, 1};

enum phase { TAKE, LOOK, SLEEP, ASLEEP };

struct world {
    struct bell bell;
    struct byte_ring ring[PRODUCERS];
    uint8_t data[PRODUCERS][4];
    unsigned step[PRODUCERS]; /* Even: publish is next, odd: ring. */
    unsigned got[PRODUCERS];
    unsigned ipis; /* Since the consumer last fell asleep. */
    bool silent;   /* The second producer sends none. */
    enum phase phase;
    uint64_t active;
    bool ipi;
};

static void producer_step(struct world *w, unsigned p)
{
    if (w->step[p] % 2 == 0) {
        uint8_t byte = (uint8_t)(w->step[p] / 2);
        PROP_ASSERT(byte_ring_put(&w->ring[p], &byte, 1));
    } else if (bell_ring(&w->bell, p, p == 0 || !w->silent)) {
        PROP_ASSERT(p == 0 || !w->silent);
        PROP_ASSERT(w->ipis == 0 && w->phase == ASLEEP); /* At most one IPI a sleep. */
        PROP_ASSERT(bell_wakeup_pending(&w->bell));
        w->ipis++;
        w->ipi = true;
    }
    w->step[p]++;
}

static void consumer_step(struct world *w)
{
    switch (w->phase) {
    case TAKE:
        w->active |= bell_take(&w->bell);
        w->phase = w->active != 0 ? LOOK : SLEEP;
        break;
    case LOOK: {
        unsigned p = (w->active & 1) != 0 ? 0 : 1;
        uint8_t byte;
        if (byte_ring_get(&w->ring[p], &byte)) {
            PROP_ASSERT(byte == w->got[p]);
            w->got[p]++;
        } else {
            w->active &= ~((uint64_t)1 << p);
            w->phase = w->active != 0 ? LOOK : SLEEP;
        }
        break;
    }
    case SLEEP:
        if (bell_sleep(&w->bell)) {
            w->phase = ASLEEP;
            w->ipis = 0;
        } else {
            w->phase = TAKE;
        }
        break;
    case ASLEEP:
        w->ipi = false;
        w->phase = TAKE;
        break;
    }
}

void prop_run(void)
{
    struct world w = {.phase = TAKE, .silent = prop_bool()};
    for (unsigned p = 0; p < PRODUCERS; p++) {
        PROP_ASSERT(byte_ring_init(&w.ring[p], w.data[p], 4) == HYP_OK);
    }
    for (;;) {
        unsigned runnable[PRODUCERS + 1];
        unsigned count = 0;
        for (unsigned p = 0; p < PRODUCERS; p++) {
            if (w.step[p] < 2 * bytes[p]) {
                runnable[count++] = p;
            }
        }
        if (w.phase != ASLEEP || w.ipi) {
            runnable[count++] = PRODUCERS;
        }
        if (count == 0) {
            break;
        }
        unsigned who = runnable[prop_u64(count)];
        if (who < PRODUCERS) {
            producer_step(&w, who);
        } else {
            consumer_step(&w);
        }
    }
    PROP_ASSERT(w.got[0] == bytes[0] && (w.silent || w.got[1] == bytes[1]));
}
