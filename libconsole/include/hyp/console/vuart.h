/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual 16550A UART: the guest's own driver sees the chip, whose bytes go to a backend.
 *
 *   n  read, write         DLAB = 1      Accesses of 1, 2, 4 and 8 aligned bytes act on
 *   0  RBR, THR            DLL           the one register that the offset names, and carry
 *   1  IER                 DLM           8 bits. Misaligned accesses, and offsets from
 *   2  IIR, FCR                          8 << shift on, are VDEV_FAULT.
 *   3  LCR
 *   4  MCR                               Characters take no time: a byte leaves at once while the
 *   5  LSR, -                            backend has room, and a receive FIFO below its trigger
 *   6  MSR, -                            level times out at once.
 *   7  SCR
 *
 * Transmit: THRE and TEMT are 1 while the backend has room for a burst of 16. Else they are 0
 * until vuart_update() or a read of LSR finds room again; then THRE is set and its interrupt
 * comes. A guest that writes although THRE has been 0 for 16 bytes loses bytes, as on the chip.
 * Receive: bytes are taken from the backend only while the FIFO has room, so the line never
 * overruns; an overrun happens in loopback only. Not modelled: break, parity and framing errors,
 * DMA signals, speed.
 *
 * Owner   The embedder's storage. The backend and the line outlive the UART.
 * Locks   The VM's lock, for every function.
 * Context vuart_update() runs on a hart of the VM after a notification (new input, room again).
 * Implements the register set of the TI PC16550D data sheet, "Registers" and "FIFO Operation".
 */
#pragma once

#include <hyp/base/irq.h>
#include <hyp/base/status.h>
#include <hyp/base/vdev.h>
#include <hyp/console/vuart_backend.h>

#define VUART_RX_FIFO 16u

struct vuart_config {
    struct vuart_backend backend;
    struct irq_line irq;
    uint8_t shift; /* Register n is at n << shift; 0 … 3. */
};

struct vuart {
    struct vuart_config config;
    uint8_t ier, fcr, lcr, mcr, scr, dll, dlm;
    uint8_t msr_delta; /* MSR bits 3:0. */
    bool overrun;      /* LSR.OE */
    bool thre;         /* LSR.THRE and TEMT. */
    bool thr_pending;  /* The THRE interrupt pends, whatever IER says. */
    bool irq_level;    /* Level of the line as last set. */
    uint8_t rx_first;  /* Index of the oldest byte in rx. */
    uint8_t rx_count;
    uint8_t rx[VUART_RX_FIFO];
    uint32_t tx_dropped; /* Bytes written while there was no room. */
};

extern const struct vdev_ops vuart_vdev_ops; /* State: struct vuart. */

/* Resets the UART and sets its line low. HYP_OK, or HYP_E_PARAM: shift > 3. */
HYP_MUST_USE enum hyp_status vuart_init(struct vuart *vuart, const struct vuart_config *config);

/* Takes input from the backend into the FIFO, sets THRE if it has room, and sets the line. */
void vuart_update(struct vuart *vuart);

/* Bytes of guest-physical space that the registers take: 8 << shift. */
static inline uint64_t vuart_size(const struct vuart *vuart)
{
    return (uint64_t)8 << vuart->config.shift;
}

/* True if every register is within its bits, and the line is high exactly if IIR has an interrupt.
 */
bool vuart_is_valid(const struct vuart *vuart);
