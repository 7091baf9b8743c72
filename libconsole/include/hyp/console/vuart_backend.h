/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The backend of a virtual UART: where its transmitted bytes go and its input comes from.
 *
 * A vconsole is one (vconsole_backend()); a test or another embedder may bring its own.
 *
 * Locks   Called with the lock of the VM that owns the UART held. Never waits.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A driver may write this many bytes, a FIFO, each time that the UART says it is empty. */
#define VUART_BURST 16u

struct vuart_backend_ops {
    /* True if a whole burst fits. After a false, the backend's owner calls vuart_update() later. */
    bool (*tx_ready)(void *state);
    /* False: no room, the byte is not taken. */
    bool (*tx_put)(void *state, uint8_t byte);
    /* False: there is no input. */
    bool (*rx_get)(void *state, uint8_t *byte);
};

struct vuart_backend {
    const struct vuart_backend_ops *ops;
    void *state;
};
