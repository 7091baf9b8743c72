/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every interleaving of a guest that finds its ring full with the console hart that drains it: a
 * guest that waits for room is notified when there is some.
 */
#include <hyp/console/vconsole.h>
#include <prop.h>

#include "test_vconsole.h"
#include "vconsole_tx.h"

#define TX_SIZE 32u
#define BURSTS 3u

enum phase { ASK, SET_WAITING, RECHECK, WAIT, DONE };

struct guest {
    enum phase phase;
    unsigned bursts;
};

static void guest_burst(struct guest *g, struct vconsole *vc)
{
    for (unsigned i = 0; i < VUART_BURST; i++) {
        PROP_ASSERT(test_put_byte(vc, (uint8_t)(g->bursts * VUART_BURST + i)));
    }
    g->bursts++;
    g->phase = g->bursts == BURSTS ? DONE : ASK;
}

/* The steps of the backend's tx_ready(). */
static void guest_step(struct guest *g, struct vconsole *vc)
{
    switch (g->phase) {
    case ASK:
        if (byte_ring_room(&vc->tx) >= VUART_BURST) {
            guest_burst(g, vc);
        } else {
            g->phase = SET_WAITING;
        }
        break;
    case SET_WAITING:
        vconsole_tx_set_waiting(vc);
        g->phase = RECHECK;
        break;
    case RECHECK:
        if (vconsole_tx_recheck(vc)) {
            guest_burst(g, vc);
        } else {
            g->phase = WAIT;
        }
        break;
    case WAIT:
    case DONE: break;
    }
}

void prop_run(void)
{
    struct vconsole vc;
    uint8_t tx[TX_SIZE];
    PROP_ASSERT(vconsole_init(&vc, &(struct vconsole_config){.tx = tx, .tx_size = TX_SIZE}) ==
                HYP_OK);
    struct guest g = {.phase = ASK};
    uint8_t got = 0;
    bool notify_due = false;
    for (;;) {
        bool guest_runs = g.phase != WAIT && g.phase != DONE;
        bool hart_runs = notify_due || byte_ring_used(&vc.tx) != 0;
        if (!guest_runs && !hart_runs) {
            break;
        }
        if (guest_runs && (!hart_runs || prop_bool())) {
            guest_step(&g, &vc);
        } else if (notify_due) {
            notify_due = false;
            if (vconsole_tx_take_waiting(&vc) && g.phase == WAIT) {
                g.phase = ASK;
            }
        } else {
            uint8_t byte;
            for (unsigned i = 0; i < 8 && byte_ring_get(&vc.tx, &byte); i++) {
                PROP_ASSERT(byte == got);
                got++;
            }
            notify_due = true;
        }
    }
    PROP_ASSERT(g.phase == DONE && got == BURSTS * VUART_BURST);
}
