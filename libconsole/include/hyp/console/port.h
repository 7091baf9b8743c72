/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a virtual UART is plugged into: the other end of its two wires.
 *
 * A vconsole offers one (vconsole_port()); a test or another embedder may offer its own.
 *
 * Locks   Called with the lock of the VM that owns the UART held. Never waits.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A UART with FIFOs may be given this many bytes each time it says that it is empty. */
#define CONSOLE_PORT_BURST 16u

struct console_port_ops {
    /* Room for a whole burst? After a false, the owner of the port calls vuart_update() later. */
    bool (*tx_ready)(void *state);
    /* False: no room, the byte is not taken. */
    bool (*tx_put)(void *state, uint8_t byte);
    /* False: no byte waits. */
    bool (*rx_get)(void *state, uint8_t *byte);
};

struct console_port {
    const struct console_port_ops *ops;
    void *state;
};
