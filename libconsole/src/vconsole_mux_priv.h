/* SPDX-License-Identifier: Apache-2.0 */
/* The functions by which the files of the multiplexer call each other. */
#pragma once

#include <hyp/console/vconsole_mux.h>

#include <hyp/base/bits.h>

#include "vconsole_tx.h"

#define PORT_NONE VCONSOLE_MUX_PORT_MAX

/* An answer of the terminal may come so many line_timeout after the change of focus. */
#define ANSWER_TIMEOUTS 10u

/* True if another VM than the hart's has this port. */
static inline bool port_is_paced(const struct vconsole_mux *mux, unsigned port)
{
    return (mux->paced >> port & 1) != 0;
}

/* True if this step may move bytes of paced ports. */
static inline bool pace_is_open(const struct vconsole_mux *mux)
{
    return mux->paced_step || mux->now >= mux->pace_next;
}

/* This step moves bytes of paced ports: the next one that may is a period later. */
static inline void pace_take(struct vconsole_mux *mux)
{
    if (!mux->paced_step) {
        mux->paced_step = true;
        mux->pace_next = mux->now + mux->config.period;
    }
}

/* vconsole_mux_stage.c: a byte, at most `max` bytes of a text, a text. */
void vconsole_mux_stage_put(struct vconsole_mux *mux, uint8_t byte);
void vconsole_mux_stage_text(struct vconsole_mux *mux, const char *text, unsigned max);
void vconsole_mux_stage_string(struct vconsole_mux *mux, const char *text);
/* vconsole_mux_stage.c: the tag, if the vconsole has a name. */
void vconsole_mux_stage_tag(struct vconsole_mux *mux, const struct vconsole *vc);
/* vconsole_mux_stage.c: resets attributes and character set, if the line has ESC in it. */
void vconsole_mux_stage_reset(struct vconsole_mux *mux);

/* vconsole_mux_line.c: takes the bell's pending bits into `active`. */
void vconsole_mux_take_pending(struct vconsole_mux *mux);
/* vconsole_mux_line.c: the port whose line begins next, or PORT_NONE. */
unsigned vconsole_mux_next_port(struct vconsole_mux *mux);
/* vconsole_mux_line.c: looks, once a step and once a line, whether ports wait for the open line. */
void vconsole_mux_look_for_waiting(struct vconsole_mux *mux);
void vconsole_mux_open_line(struct vconsole_mux *mux, unsigned port);
void vconsole_mux_close_line(struct vconsole_mux *mux);
/* vconsole_mux_line.c: the tick at which an incomplete open line gives way to waiting ports. */
uint64_t vconsole_mux_line_end(const struct vconsole_mux *mux);
/* vconsole_mux_line.c: true if the open line must give way now. */
bool vconsole_mux_line_is_over(const struct vconsole_mux *mux);

/* vconsole_mux_text.c: one byte of the open line, which a line feed closes. */
void vconsole_mux_stage_byte(struct vconsole_mux *mux, uint8_t byte);
/* vconsole_mux_text.c: ends the open line, resets modes, and shows which VM has the focus. */
void vconsole_mux_stage_focus(struct vconsole_mux *mux);

/*
 * vconsole_mux_input.c: reads the device. Returns what it leaves of the budget: input for a paced
 * port counts, as this hart pays for it.
 */
uint32_t vconsole_mux_take_input(struct vconsole_mux *mux, uint32_t budget,
                                 struct vconsole_mux_result *result);
/* vconsole_mux_input.c: enables the receive interrupt, for a paced port once a period only. */
void vconsole_mux_set_rx_irq(struct vconsole_mux *mux);
