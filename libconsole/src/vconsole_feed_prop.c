/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every interleaving of a guest that runs into a full ring with the console hart that
 * drains it: who was told that there is no room is told when there is.
 */
#include <hyp/console/vconsole.h>
#include <prop.h>

#define TX_SIZE 32u
#define BURSTS 3u

enum phase { ASK, STARVE, RECHECK, WAIT, DONE };

struct guest {
    enum phase phase;
    unsigned bursts;
};

static void guest_burst(struct guest *g, struct vconsole *vc)
{
    for (unsigned i = 0; i < CONSOLE_PORT_BURST; i++) {
        PROP_ASSERT(vconsole_put_byte(vc, (uint8_t)(g->bursts * CONSOLE_PORT_BURST + i)));
    }
    g->bursts++;
    g->phase = g->bursts == BURSTS ? DONE : ASK;
}

/* vconsole_tx_ready(), in its pieces. */
static void guest_step(struct guest *g, struct vconsole *vc)
{
    switch (g->phase) {
    case ASK:
        if (byte_ring_room(&vc->tx) >= CONSOLE_PORT_BURST) {
            guest_burst(g, vc);
        } else {
            g->phase = STARVE;
        }
        break;
    case STARVE:
        vconsole_tx_starve(vc);
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
    bool feed_due = false;
    for (;;) {
        bool guest_runs = g.phase != WAIT && g.phase != DONE;
        bool hart_runs = feed_due || byte_ring_used(&vc.tx) != 0;
        if (!guest_runs && !hart_runs) {
            break;
        }
        if (guest_runs && (!hart_runs || prop_bool())) {
            guest_step(&g, &vc);
        } else if (feed_due) {
            feed_due = false;
            if (vconsole_tx_feed(&vc) && g.phase == WAIT) {
                g.phase = ASK;
            }
        } else {
            uint8_t byte;
            for (unsigned i = 0; i < 8 && byte_ring_get(&vc.tx, &byte); i++) {
                PROP_ASSERT(byte == got);
                got++;
            }
            feed_due = true;
        }
    }
    PROP_ASSERT(g.phase == DONE && got == BURSTS * CONSOLE_PORT_BURST);
}
