/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The multiplexer: all VMs share one UART; it is drained by one console hart.
 *
 * Output: each line begins with `[name] `. A line begun is finished before another source's is
 * begun. A part of a line (a prompt, an echo) is shown at once. When another source waits
 * and the line's owner has been silent for `patience` ticks, or has not finished its line after 8
 * patiences or 512 more bytes, the mux breaks the line; what comes later begins with the tag again.
 * Line feeds get a carriage return if they lack one; a carriage return within a line is followed by
 * the tag. Sources take turns, line by line.
 *
 * Input goes to the VM with the focus; while no source has an rx ring the device is not read. The
 * switch key passes the focus on to the next source with an rx ring and shows `hyp: console=NAME`.
 * A byte that finds no room is dropped and counted. The log key is told to the caller.
 *
 *   state      what the console hart does
 *   SLEEP      nothing; a kick or a device interrupt calls for the next step
 *   UNTIL      the same, and a step at `deadline` ticks
 *   TX_WAIT    nothing; the device interrupts when it has room
 *   AGAIN      there is more to do and nothing will call: a step soon (timer or self-IPI)
 *
 * If `polled`, the device has no receive interrupt: a step is due every few milliseconds besides.
 *
 * Cost    A step puts at most `budget` bytes, takes as many from the rings and reads as many
 *         from the device. It looks at each of at most 63 sources once per line begun.
 * Locks   None. All functions are the console hart's.
 * Context Console hart, which no real-time VM owns; interrupts off. Never waits.
 */
#pragma once

#include <hyp/base/status.h>
#include <hyp/console/bell.h>
#include <hyp/console/console_dev.h>
#include <hyp/console/vconsole.h>

#define VCONSOLE_MUX_SOURCE_MAX BELL_SOURCE_MAX
#define VCONSOLE_MUX_BUDGET 16u
#define VCONSOLE_MUX_LINE_MAX 512u
#define VCONSOLE_NAME_MAX 31u /* Of a name, so much is shown. */

struct vconsole_mux_config {
    struct console_dev dev;
    uint64_t patience;  /* Ticks of whatever clock `now` is; about 10 ms. */
    uint8_t switch_key; /* 0x1d, Ctrl-], where Ctrl-A belongs to the terminal. */
    uint8_t log_key;    /* 0x1e, Ctrl-^: the embedder's own; it is nobody's input. */
};

enum vconsole_mux_state {
    VCONSOLE_MUX_SLEEP,
    VCONSOLE_MUX_UNTIL,
    VCONSOLE_MUX_TX_WAIT,
    VCONSOLE_MUX_AGAIN,
};

struct vconsole_mux_result {
    enum vconsole_mux_state state;
    bool polled;
    bool log_asked;    /* The log key was pressed. */
    uint64_t deadline; /* UNTIL: tick of the next step. */
    uint64_t wake;     /* Sources whose VM must call vuart_update(): input, or room again. */
};

struct vconsole_mux {
    struct vconsole_mux_config config;
    struct vconsole *source[VCONSOLE_MUX_SOURCE_MAX];
    uint8_t source_count;
    uint8_t focus; /* A source, or source_count: none. */
    uint8_t owner; /* Of the open line, or VCONSOLE_MUX_SOURCE_MAX: no line is open. */
    uint8_t last;  /* Whose line was shown last. */
    bool announce; /* The focus has changed and must be shown. */
    bool polled;
    bool waiting;       /* A source waits for the open line to end, since wait_start. */
    uint64_t active;    /* Sources that may have bytes. */
    uint64_t touched;   /* Sources from which this step took bytes. */
    uint64_t last_byte; /* Tick of the owner's last byte. */
    uint64_t wait_start;
    uint32_t wait_bytes; /* Owner's bytes since then. */
    uint8_t stage_first, stage_count;
    uint8_t stage[64]; /* Bytes for the device: a tag, a line break, a byte. */
    struct bell bell;  /* Written by all producers. */
};

/*
 * HYP_OK, or HYP_E_PARAM: no device.
 */
HYP_MUST_USE enum hyp_status vconsole_mux_init(struct vconsole_mux *mux,
                                               const struct vconsole_mux_config *config);

/*
 * Adds a source, before its producer runs; the first with an rx ring gets the focus, and the
 * device's receive interrupt is enabled. What the source holds already is shown. Its number is
 * vc->source.
 * HYP_OK, HYP_E_EXIST: it is in a mux already, HYP_E_NOMEM: there are 63.
 */
HYP_MUST_USE enum hyp_status vconsole_mux_add(struct vconsole_mux *mux, struct vconsole *vc);

/* One bounded piece of work; see the table above. `now` never goes backwards. */
struct vconsole_mux_result vconsole_mux_step(struct vconsole_mux *mux, uint64_t now,
                                             uint32_t budget);

/* Has a source called since the last step? For a hart whose interrupt may have another cause. */
bool vconsole_mux_is_called(const struct vconsole_mux *mux);

bool vconsole_mux_is_valid(const struct vconsole_mux *mux);
