/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every interleaving of a console hart that finds a VM's rx ring full, and stops reading its
 * device, with the VM that reads: all input arrives, in order, though nobody waits for a deadline.
 *
 * Ends when nobody can run: the console hart sleeps and no IPI or receive interrupt is there, the
 * VM has read all that it was notified of. A VM without IPIs only sets the bell's bit, which the
 * hart polls. The run begins with a full ring.
 */
#include <hyp/console/vconsole.h>
#include <prop.h>

#include "vconsole_tx.h"

#define RX_SIZE 2u
#define BYTES 3u /* Four make millions of interleavings. */

enum hart_phase { LOOK, SET_WAITING, RECHECK, SLEEP, ASLEEP };
enum vm_phase { READ, LOOK_HALF, TAKE_WAITING, RING }; /* Like vconsole_get_byte(). */

struct world {
    struct vconsole vc;
    struct bell bell;
    uint8_t tx[2 * VUART_BURST];
    uint8_t rx[RX_SIZE];
    enum hart_phase hart;
    enum vm_phase vm;
    unsigned taken; /* Bytes that the hart has read from the device. */
    unsigned got;   /* Bytes that the VM has read. */
    bool notified;
    bool rx_irq;
    bool ipi;
    bool silent; /* The VM sends no IPI. */
};

/* Like vconsole_mux_step(): the device is read while the ring has room. */
static void look(struct world *w)
{
    if (byte_ring_room(&w->vc.rx) == 0) {
        w->hart = SET_WAITING;
        return;
    }
    w->rx_irq = true;
    if (w->taken == BYTES) {
        w->hart = SLEEP;
        return;
    }
    uint8_t byte = (uint8_t)w->taken++;
    PROP_ASSERT(byte_ring_put(&w->vc.rx, &byte, 1));
    w->notified = true;
}

static void hart_step(struct world *w)
{
    switch (w->hart) {
    case LOOK: look(w); break;
    case SET_WAITING:
        vconsole_rx_set_waiting(&w->vc);
        w->hart = RECHECK;
        break;
    case RECHECK:
        w->rx_irq = vconsole_rx_recheck(&w->vc);
        w->hart = w->rx_irq ? LOOK : SLEEP;
        break;
    case SLEEP:
        w->hart = bell_sleep(&w->bell) ? ASLEEP : LOOK;
        if (w->hart == LOOK) {
            (void)bell_take(&w->bell);
        }
        break;
    case ASLEEP:
        w->ipi = false;
        (void)bell_take(&w->bell);
        w->hart = LOOK;
        break;
    }
}

static void vm_step(struct world *w)
{
    uint8_t byte;
    switch (w->vm) {
    case READ:
        w->notified = byte_ring_get(&w->vc.rx, &byte);
        if (w->notified) {
            PROP_ASSERT(byte == w->got);
            w->got++;
            w->vm = LOOK_HALF;
        }
        break;
    case LOOK_HALF: w->vm = byte_ring_used(&w->vc.rx) == RX_SIZE / 2 ? TAKE_WAITING : READ; break;
    case TAKE_WAITING: w->vm = vconsole_rx_take_waiting(&w->vc) ? RING : READ; break;
    case RING:
        if (bell_ring(&w->bell, 0, !w->silent)) {
            w->ipi = true;
        }
        w->vm = READ;
        break;
    }
}

static bool hart_runs(const struct world *w)
{
    bool interrupt = w->ipi || (w->rx_irq && w->taken < BYTES);
    return w->hart != ASLEEP || interrupt || (w->silent && bell_wakeup_pending(&w->bell));
}

void prop_run(void)
{
    struct world w = {.hart = LOOK, .silent = prop_bool()};
    const struct vconsole_config config = {
        .tx = w.tx, .tx_size = sizeof(w.tx), .rx = w.rx, .rx_size = RX_SIZE};
    PROP_ASSERT(vconsole_init(&w.vc, &config) == HYP_OK);
    while (w.taken < RX_SIZE) {
        look(&w);
    }
    for (;;) {
        bool hart = hart_runs(&w);
        bool vm = w.vm != READ || w.notified;
        if (!hart && !vm) {
            break;
        }
        if (hart && (!vm || prop_bool())) {
            hart_step(&w);
        } else {
            vm_step(&w);
        }
    }
    PROP_ASSERT(w.got == BYTES);
}
