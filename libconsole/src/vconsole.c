/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's end of the shared console. */
#include <hyp/console/vconsole.h>

#include <hyp/base/types.h>

#include "vconsole_tx.h"

enum hyp_status vconsole_init(struct vconsole *vc, const struct vconsole_config *config)
{
    *vc = (struct vconsole){.name = config->name,
                            .waker = config->waker,
                            .has_rx = config->rx_size != 0,
                            .discard = config->discard};
    if (config->tx_size < 2 * VUART_BURST) {
        return HYP_E_PARAM;
    }
    HYP_TRY(byte_ring_init(&vc->tx, config->tx, config->tx_size));
    if (vc->has_rx) {
        HYP_TRY(byte_ring_init(&vc->rx, config->rx, config->rx_size));
    }
    return HYP_OK;
}

/* After bytes were put, `feeds` line feeds among them. True: wake the console hart. */
static inline bool announce(struct vconsole *vc, uint32_t feeds)
{
    if (feeds != 0) {
        /* After the bytes: a line feed that is counted is there. Pairs with vconsole_has_line(). */
        __atomic_store_n(&vc->lines_put, vc->lines_put + feeds, __ATOMIC_RELEASE);
    }
    return vc->bell != NULL && bell_ring(vc->bell, vc->port, vc->waker.send != NULL);
}

bool vconsole_write(struct vconsole *vc, const uint8_t *bytes, uint32_t count, bool *must_wake)
{
    *must_wake = false;
    if (vc->discard) {
        return true;
    }
    if (!byte_ring_put(&vc->tx, bytes, count)) {
        return false;
    }
    uint32_t feeds = 0;
    for (uint32_t i = 0; i < count; i++) {
        feeds += bytes[i] == '\n' ? 1 : 0;
    }
    *must_wake = announce(vc, feeds);
    return true;
}

void vconsole_wake_mux(const struct vconsole *vc)
{
    if (vc->waker.send != NULL) {
        vc->waker.send(vc->waker.ctx);
    }
}

bool vconsole_has_line(const struct vconsole *vc)
{
    /* Acquire pairs with the release in announce(). A line feed may be taken before it counts. */
    return (int32_t)(__atomic_load_n(&vc->lines_put, __ATOMIC_ACQUIRE) - vc->lines_taken) > 0;
}

void vconsole_tx_set_waiting(struct vconsole *vc)
{
    __atomic_store_n(&vc->tx_waiting, 1, __ATOMIC_RELAXED);
    /*
     * Pairs with the fence in vconsole_tx_take_waiting(): either the console hart sees this flag,
     * or vconsole_tx_recheck() sees the room that it has made.
     */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool vconsole_tx_recheck(struct vconsole *vc)
{
    if (byte_ring_room(&vc->tx) < VUART_BURST) {
        return false;
    }
    /* Relaxed: if the console hart still sees 1, the VM is notified once in vain. */
    __atomic_store_n(&vc->tx_waiting, 0, __ATOMIC_RELAXED);
    return true;
}

bool vconsole_tx_take_waiting(struct vconsole *vc)
{
    /* Pairs with the fence in vconsole_tx_set_waiting(). */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&vc->tx_waiting, __ATOMIC_RELAXED) == 0) {
        return false;
    }
    /* Half a ring, so that a guest that floods it is notified once for many bytes. */
    if (byte_ring_room(&vc->tx) < (vc->tx.mask + 1) / 2) {
        return false;
    }
    return __atomic_exchange_n(&vc->tx_waiting, 0, __ATOMIC_RELAXED) != 0;
}

void vconsole_rx_set_waiting(struct vconsole *vc)
{
    __atomic_store_n(&vc->rx_waiting, 1, __ATOMIC_RELAXED);
    /*
     * Pairs with the fence in vconsole_rx_take_waiting(): either the VM sees this flag, or
     * vconsole_rx_recheck() sees the room that it has made.
     */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool vconsole_rx_recheck(struct vconsole *vc)
{
    if (byte_ring_room(&vc->rx) == 0) {
        return false;
    }
    /* Relaxed: if the VM still sees 1, it rings the bell once in vain. */
    __atomic_store_n(&vc->rx_waiting, 0, __ATOMIC_RELAXED);
    return true;
}

bool vconsole_rx_take_waiting(struct vconsole *vc)
{
    /* Pairs with the fence in vconsole_rx_set_waiting(). */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return __atomic_exchange_n(&vc->rx_waiting, 0, __ATOMIC_RELAXED) != 0;
}

/* Half of rx is free. */
static HYP_COLD void offer_room(struct vconsole *vc)
{
    if (vconsole_rx_take_waiting(vc) && announce(vc, 0)) {
        vconsole_wake_mux(vc);
    }
}

bool vconsole_get_byte(struct vconsole *vc, uint8_t *byte)
{
    if (!vc->has_rx || !byte_ring_get(&vc->rx, byte)) {
        return false;
    }
    /*
     * A hart that waits has found the ring full and puts nothing, so the VM passes this number. All
     * other reads cost no fence.
     */
    if (byte_ring_used(&vc->rx) == (vc->rx.mask + 1) / 2) {
        offer_room(vc);
    }
    return true;
}

void vconsole_close(struct vconsole *vc)
{
    __atomic_store_n(&vc->closed, 1, __ATOMIC_RELEASE); /* Pairs with vconsole_is_closed(). */
    if (vc->bell != NULL) {
        (void)bell_ring(vc->bell, vc->port, false);
    }
}

static bool backend_tx_ready(void *state)
{
    struct vconsole *vc = state;
    if (vc->discard || byte_ring_room(&vc->tx) >= VUART_BURST) {
        return true;
    }
    vconsole_tx_set_waiting(vc);
    return vconsole_tx_recheck(vc);
}

static bool backend_tx_put(void *state, uint8_t byte)
{
    struct vconsole *vc = state;
    if (vc->discard) {
        return true;
    }
    if (!byte_ring_put(&vc->tx, &byte, 1)) {
        return false;
    }
    if (announce(vc, byte == '\n' ? 1 : 0)) {
        vconsole_wake_mux(vc);
    }
    return true;
}

static bool backend_rx_get(void *state, uint8_t *byte)
{
    return vconsole_get_byte(state, byte);
}

static const struct vuart_backend_ops backend_ops = {
    .tx_ready = backend_tx_ready,
    .tx_put = backend_tx_put,
    .rx_get = backend_rx_get,
};

struct vuart_backend vconsole_backend(struct vconsole *vc)
{
    return (struct vuart_backend){.ops = &backend_ops, .state = vc};
}
