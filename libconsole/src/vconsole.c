/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's end of the shared console. */
#include <hyp/console/vconsole.h>

enum hyp_status vconsole_init(struct vconsole *vc, const struct vconsole_config *config)
{
    *vc = (struct vconsole){.name = config->name,
                            .kick = config->kick,
                            .has_rx = config->rx_size != 0,
                            .discard = config->discard};
    if (config->tx_size < 2 * CONSOLE_PORT_BURST) {
        return HYP_E_PARAM;
    }
    HYP_TRY(byte_ring_init(&vc->tx, config->tx, config->tx_size));
    if (vc->has_rx) {
        HYP_TRY(byte_ring_init(&vc->rx, config->rx, config->rx_size));
    }
    return HYP_OK;
}

/* Bytes have been put, `feeds` line feeds among them. True: wake the console hart. */
static inline bool announce(struct vconsole *vc, uint32_t feeds)
{
    if (feeds != 0) {
        /* Behind the bytes: what is counted is there. Pairs with vconsole_has_line(). */
        __atomic_store_n(&vc->feeds_put, vc->feeds_put + feeds, __ATOMIC_RELEASE);
    }
    return vc->bell != NULL && bell_ring(vc->bell, vc->source, vc->kick.send != NULL);
}

bool vconsole_write(struct vconsole *vc, const uint8_t *bytes, uint32_t count, bool *kick)
{
    *kick = false;
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
    *kick = announce(vc, feeds);
    return true;
}

void vconsole_kick(const struct vconsole *vc)
{
    if (vc->kick.send != NULL) {
        vc->kick.send(vc->kick.ctx);
    }
}

bool vconsole_has_line(const struct vconsole *vc)
{
    /* Acquire pairs with the release in vconsole_write(). A line feed may be taken uncounted. */
    return (int32_t)(__atomic_load_n(&vc->feeds_put, __ATOMIC_ACQUIRE) - vc->feeds_taken) > 0;
}

void vconsole_tx_starve(struct vconsole *vc)
{
    __atomic_store_n(&vc->tx_starved, 1, __ATOMIC_RELAXED);
    /*
     * Pairs with the fence in vconsole_tx_feed(): either the console hart sees this flag, or
     * vconsole_tx_recheck() sees the room that it has made.
     */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool vconsole_tx_recheck(struct vconsole *vc)
{
    if (byte_ring_room(&vc->tx) < CONSOLE_PORT_BURST) {
        return false;
    }
    /* Relaxed: should the console hart still see 1, the VM is told once in vain. */
    __atomic_store_n(&vc->tx_starved, 0, __ATOMIC_RELAXED);
    return true;
}

bool vconsole_tx_feed(struct vconsole *vc)
{
    /* Pairs with the fence in vconsole_tx_starve(). */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&vc->tx_starved, __ATOMIC_RELAXED) == 0) {
        return false;
    }
    /* Half a ring, so that a flooding guest is told once for many bytes. */
    if (byte_ring_room(&vc->tx) < (vc->tx.mask + 1) / 2) {
        return false;
    }
    return __atomic_exchange_n(&vc->tx_starved, 0, __ATOMIC_RELAXED) != 0;
}

bool vconsole_tx_ready(struct vconsole *vc)
{
    if (vc->discard || byte_ring_room(&vc->tx) >= CONSOLE_PORT_BURST) {
        return true;
    }
    vconsole_tx_starve(vc);
    return vconsole_tx_recheck(vc);
}

bool vconsole_put_byte(struct vconsole *vc, uint8_t byte)
{
    if (vc->discard) {
        return true;
    }
    if (!byte_ring_put(&vc->tx, &byte, 1)) {
        return false;
    }
    if (announce(vc, byte == '\n' ? 1 : 0)) {
        vconsole_kick(vc);
    }
    return true;
}

bool vconsole_get_byte(struct vconsole *vc, uint8_t *byte)
{
    return vc->has_rx && byte_ring_get(&vc->rx, byte);
}

static bool port_tx_ready(void *state)
{
    return vconsole_tx_ready(state);
}

static bool port_tx_put(void *state, uint8_t byte)
{
    return vconsole_put_byte(state, byte);
}

static bool port_rx_get(void *state, uint8_t *byte)
{
    return vconsole_get_byte(state, byte);
}

static const struct console_port_ops vconsole_port_ops = {
    .tx_ready = port_tx_ready,
    .tx_put = port_tx_put,
    .rx_get = port_rx_get,
};

struct console_port vconsole_port(struct vconsole *vc)
{
    return (struct console_port){.ops = &vconsole_port_ops, .state = vc};
}
