/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Driver of a 16550-compatible UART, as a console_dev.
 *
 * Register distance and access width are data, so the same code serves ns16550a
 * (shift 0, width 1) and DesignWare-like blocks (shift 2, width 4). Speed and frame stay as
 * firmware left them. The FIFOs are enabled; 16 bytes are written per THRE if the chip says that
 * its FIFOs work, else one.
 *
 * Interrupts: the transmit interrupt ends when a byte is written or it is disabled, the receive
 * interrupt when the bytes are read; the handler needs no look at IIR.
 *
 * Owner   struct uart16550 is the caller's and outlives the console_dev.
 * Implements the register set of the TI PC16550D data sheet, "Registers".
 */
#pragma once

#include <hyp/arch/mmio.h>
#include <hyp/base/status.h>
#include <hyp/console/console_dev.h>

struct uart16550_config {
    mmio_t regs;
    uint8_t shift; /* Register n is at n << shift; 0 … 3. */
    uint8_t width; /* Bytes per access: 1 or 4, not more than 1 << shift. */
};

struct uart16550 {
    struct uart16550_config config;
    uint8_t ier;     /* Value of the chip's IER. */
    uint8_t depth;   /* Bytes that may be written after THRE: 16 or 1. */
    uint8_t tx_room; /* How many of these may still be written. */
};

/*
 * Disables interrupts, enables the FIFOs, empties the receive FIFO, sets DTR, RTS and OUT2.
 * HYP_OK, or HYP_E_PARAM: shift or width; no register was accessed.
 */
HYP_MUST_USE enum hyp_status uart16550_init(struct uart16550 *uart,
                                            const struct uart16550_config *config);

struct console_dev uart16550_console(struct uart16550 *uart);
bool uart16550_is_valid(const struct uart16550 *uart);
