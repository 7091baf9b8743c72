/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte-wise console: what drivers offer and what the multiplexer and the log use.
 *
 * Locks   None: a device has one user at a time (the console hart, once the mux runs).
 * Context HS-mode. No operation waits, except that a firmware call takes what the firmware takes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct console_ops {
    /* False: no room now; nothing has happened. */
    bool (*try_put)(void *state, uint8_t byte);
    /* False: no byte has come in; *byte is untouched. */
    bool (*try_get)(void *state, uint8_t *byte);
    /*
     * Interrupt while there is room to transmit / while received bytes wait.
     * False: this device cannot interrupt; the user polls.
     */
    bool (*set_tx_irq)(void *state, bool enable);
    bool (*set_rx_irq)(void *state, bool enable);
    /*
     * Several bytes at once, where that is cheaper; NULL: it is not. Returns how many of the first
     * went, which may be none.
     */
    size_t (*try_write)(void *state, const char *bytes, size_t count);
};

struct console_dev {
    const struct console_ops *ops;
    void *state;
};

/*
 * Polled output for boot and panic: waits for room for at most `spins` tries a byte, then gives
 * up. Adds a carriage return before each line feed. Returns the count of `text` bytes that went.
 */
size_t console_dev_write(const struct console_dev *dev, const char *text, size_t size,
                         uint32_t spins);
