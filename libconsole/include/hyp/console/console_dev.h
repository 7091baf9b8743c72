/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interface of console drivers, byte by byte, for the multiplexer and the log.
 *
 * Locks   None: a device has one user at a time (the console hart, once the mux runs).
 * Context HS-mode. No operation waits, except that a firmware call takes what the firmware takes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct console_ops {
    /* False: no room now, the byte is not taken. */
    bool (*try_put)(void *state, uint8_t byte);
    /* False: there is no input; *byte is unchanged. */
    bool (*try_get)(void *state, uint8_t *byte);
    /*
     * Enables the interrupt for room to transmit, or for received bytes.
     * False: this device cannot interrupt; the user polls.
     */
    bool (*set_tx_irq)(void *state, bool enable);
    bool (*set_rx_irq)(void *state, bool enable);
    /*
     * Writes several bytes at once; NULL: that is not cheaper. Returns how many of them were taken,
     * perhaps none.
     */
    size_t (*try_write)(void *state, const char *bytes, size_t count);
};

struct console_dev {
    const struct console_ops *ops;
    void *state;
};

/*
 * Polled output for boot and panic: tries each byte at most `spins` times, then gives up. Adds a
 * carriage return before each line feed. Returns how many bytes of `text` were written.
 */
size_t console_dev_write(const struct console_dev *dev, const char *text, size_t size,
                         uint32_t spins);
