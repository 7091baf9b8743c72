/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM's end of the shared console: one ring to the console hart, one from it.
 *
 * A write never waits: a full ring is a false, and the console hart tells when there is
 * room again. A VM's bytes touch nothing of another VM but one bit in the mux's bell.
 *
 *   VM's harts (VM lock)                      console hart
 *   vconsole_put_byte  ── tx ring, bell ──▶   vconsole_mux_step
 *   vconsole_get_byte  ◀── rx ring, wake ──
 *
 * Owner   The caller's storage, and rings of sizes of its choice (1 KiB and 64 bytes do).
 * Locks   Functions below are the VM's: under the VM's lock. The console hart takes none.
 */
#pragma once

#include <hyp/base/status.h>
#include <hyp/console/bell.h>
#include <hyp/console/byte_ring.h>
#include <hyp/console/port.h>
#include <hyp/console/utf8.h>

/* How a producer wakes the console hart. */
struct vconsole_waker {
    void (*send)(void *ctx); /* An IPI; NULL where the console hart looks by itself. */
    void *ctx;
};

struct vconsole_config {
    const char *name; /* The tag; borrowed. NULL: lines are shown untagged (the log's). */
    uint8_t *tx;
    uint32_t tx_size; /* Power of two, at least 2 * CONSOLE_PORT_BURST. */
    uint8_t *rx;      /* NULL and 0: takes no input, never has the focus. */
    uint32_t rx_size; /* Power of two. */
    struct vconsole_waker kick;
    bool discard; /* Nobody drains the ring: what is written is gone, and there is always room. */
};

struct vconsole {
    struct byte_ring tx;
    struct byte_ring rx;
    const char *name;
    struct vconsole_waker kick;
    struct bell *bell;   /* The mux's; NULL before vconsole_mux_add(). */
    uint32_t tx_starved; /* Atomic: the VM found no room and waits to be told. */
    uint32_t feeds_put;  /* Atomic: line feeds put into tx, counted behind the bytes. */
    uint8_t source;      /* Its number in the mux and the bell. */
    bool has_rx;
    bool discard;
    /* Console hart: */
    bool held_cr;         /* A carriage return not yet shown. */
    struct utf8 text;     /* A character not yet complete. */
    uint32_t feeds_taken; /* Line feeds taken from tx. */
    uint32_t rx_dropped;  /* Input bytes that found no room. */
    uint64_t turn;        /* Bytes shown; what it missed while it had none counts as shown. */
};

/* HYP_OK, or HYP_E_PARAM: a ring's size. */
HYP_MUST_USE enum hyp_status vconsole_init(struct vconsole *vc,
                                           const struct vconsole_config *config);

/*
 * All of the bytes, or (false) none for want of room. *kick: the caller must wake the console
 * hart; the bytes are published already, so nothing is lost however late it does.
 */
HYP_MUST_USE bool vconsole_write(struct vconsole *vc, const uint8_t *bytes, uint32_t count,
                                 bool *kick);

/* Wakes the console hart, as `*kick` asks for. */
void vconsole_kick(const struct vconsole *vc);

/* Room for CONSOLE_PORT_BURST bytes? After a false, the mux's `wake` names this source later. */
bool vconsole_tx_ready(struct vconsole *vc);

/* One byte; sends the kick itself. False: no room. */
bool vconsole_put_byte(struct vconsole *vc, uint8_t byte);
/* One byte of input. False: there is none. */
bool vconsole_get_byte(struct vconsole *vc, uint8_t *byte);

/* The three functions above, for a vuart. */
struct console_port vconsole_port(struct vconsole *vc);

/*
 * The two halves of vconsole_tx_ready() and what the console hart does after it has taken bytes,
 * as single steps, so that a test can run every interleaving of them.
 */
void vconsole_tx_starve(struct vconsole *vc);
bool vconsole_tx_recheck(struct vconsole *vc);
HYP_MUST_USE bool vconsole_tx_feed(struct vconsole *vc); /* True: tell the VM. */

/* Console hart: is there a line feed in tx? */
bool vconsole_has_line(const struct vconsole *vc);
