/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM's end of the shared console: one ring to the console hart, one from it.
 *
 * A write never waits: if the ring is full it returns false, and the console hart notifies the VM
 * when there is room again. A VM's bytes touch nothing of another VM but one bit in the mux's bell.
 * If the console hart has found rx full, a read rings the bell once half of rx is free.
 *
 *   VM's harts (VM lock)                      console hart
 *   vconsole_write     ── tx ring, bell ──▶   vconsole_mux_step
 *   vconsole_get_byte  ◀── rx ring, wake ──
 *   vconsole_get_byte  ── room, bell ─────▶
 *
 * Owner   The caller's storage, and rings of sizes of its choice (1 KiB and 4 KiB do).
 * Locks   All functions but vconsole_close() are called under the VM's lock. The console hart takes
 *         no lock.
 */
#pragma once

#include <hyp/base/status.h>
#include <hyp/console/bell.h>
#include <hyp/console/byte_ring.h>
#include <hyp/console/utf8.h>
#include <hyp/console/vuart_backend.h>

/* How a producer wakes the console hart. */
struct vconsole_waker {
    void (*send)(void *ctx); /* Sends an IPI; NULL: the console hart polls the ring. */
    void *ctx;
};

struct vconsole_config {
    const char *name; /* The tag; borrowed. NULL: lines are shown untagged (the log's). */
    uint8_t *tx;
    uint32_t tx_size; /* Power of two, at least 2 * VUART_BURST. */
    uint8_t *rx;      /* NULL and 0: takes no input, never has the focus. */
    uint32_t rx_size; /* Power of two. */
    struct vconsole_waker waker;
    bool discard; /* There is no console hart: bytes written are dropped, there is always room. */
};

struct vconsole {
    struct byte_ring tx;
    struct byte_ring rx;
    const char *name;
    struct vconsole_waker waker;
    struct bell *bell;   /* The mux's; NULL before vconsole_mux_add(). */
    uint32_t tx_waiting; /* Atomic: the VM found no room and waits to be notified. */
    uint32_t rx_waiting; /* Atomic: the console hart found no room and waits for the bell. */
    uint32_t closed;     /* Atomic: the VM has stopped. */
    uint32_t lines_put;  /* Atomic: line feeds put into tx, counted after the bytes. */
    uint8_t port;        /* The mux's port that it is plugged into; its producer number in bell. */
    bool has_rx;
    bool discard;
    /* The console hart's own: */
    bool pending_cr;      /* A carriage return not yet shown. */
    struct utf8 text;     /* A character not yet complete. */
    uint32_t lines_taken; /* Line feeds taken from tx. */
    uint32_t rx_lost;     /* Input bytes that were lost since the last line about them. */
    uint32_t tx_lost;     /* Lines that were not shown while another VM had the terminal. */
    bool tx_cutting;      /* The line whose begin was not shown is dropped to its end. */
    uint64_t served;      /* Bytes shown; raised to mux->served_min after it had none to show. */
};

/* HYP_OK, or HYP_E_PARAM: a ring's size. */
HYP_MUST_USE enum hyp_status vconsole_init(struct vconsole *vc,
                                           const struct vconsole_config *config);

/*
 * Puts all of the bytes into the ring, or returns false if they do not fit. *must_wake: the caller
 * calls vconsole_wake_mux(); the bytes are published already, so none is lost however late it does.
 */
HYP_MUST_USE bool vconsole_write(struct vconsole *vc, const uint8_t *bytes, uint32_t count,
                                 bool *must_wake);

/* Sends the IPI that *must_wake asks for. */
void vconsole_wake_mux(const struct vconsole *vc);

/* One byte of input. False: there is none. Sends the IPI itself if the console hart waits. */
bool vconsole_get_byte(struct vconsole *vc, uint8_t *byte);

/*
 * The VM has stopped and reads no more; what it has written is still shown. Any hart, without a
 * lock. The caller then interrupts the console hart.
 */
void vconsole_close(struct vconsole *vc);

/*
 * The vconsole as the backend of a vuart, which sends the IPI itself. After tx_ready() has returned
 * false, the mux's `wake` names this port once half of the ring is free.
 */
struct vuart_backend vconsole_backend(struct vconsole *vc);
