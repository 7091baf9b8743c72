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

/* True if the mux's own lines are paced. */
static inline bool own_is_paced(const struct vconsole_mux *mux)
{
    return mux->paced != 0;
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
#define VCONSOLE_MUX_RESET_LINE_SIZE 13u
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
/* vconsole_mux_text.c: stages the mux's own line that is due. False: none is. */
bool vconsole_mux_stage_own(struct vconsole_mux *mux);
/* vconsole_mux_text.c: true if a line of the mux's own is due. */
bool vconsole_mux_own_is_due(const struct vconsole_mux *mux);

/*
 * vconsole_mux_input.c: reads the device. Returns what it leaves of the budget: input for a paced
 * port counts, as this hart pays for it.
 */
uint32_t vconsole_mux_take_input(struct vconsole_mux *mux, uint32_t budget,
                                 struct vconsole_mux_result *result);
/* vconsole_mux_input.c: enables the receive interrupt, unless the device is not to be read now. */
void vconsole_mux_set_rx_irq(struct vconsole_mux *mux);
/* vconsole_mux_input.c: tick at which input needs a step; UINT64_MAX: none. */
uint64_t vconsole_mux_input_deadline(const struct vconsole_mux *mux);

/* vconsole_mux_redraw.c: keeps characters that the open line of the focus has shown. */
void vconsole_mux_keep(struct vconsole_mux *mux, const uint8_t *bytes, uint32_t count);
/* vconsole_mux_redraw.c: the cursor is at the line's start. */
void vconsole_mux_keep_return(struct vconsole_mux *mux);
/* vconsole_mux_redraw.c: nothing is kept: the line has ended, or the focus has moved. */
void vconsole_mux_keep_nothing(struct vconsole_mux *mux);
/* vconsole_mux_redraw.c: true if the kept text must be shown again. */
bool vconsole_mux_redraw_is_due(const struct vconsole_mux *mux);
/* vconsole_mux_redraw.c: opens the line. */
void vconsole_mux_redraw_begin(struct vconsole_mux *mux);
/* vconsole_mux_redraw.c: true if all of it is staged. */
bool vconsole_mux_redraw_is_done(const struct vconsole_mux *mux);
/* vconsole_mux_redraw.c: stages more of it. Returns how many bytes. */
uint32_t vconsole_mux_redraw_some(struct vconsole_mux *mux);

/* vconsole_mux_whole.c: stages bytes of the VM that has the terminal, as they are. */
void vconsole_mux_take_raw(struct vconsole_mux *mux, struct vconsole *vc);
/* vconsole_mux_whole.c: keeps the rings of one of the others half free; ends with the VM's stop. */
void vconsole_mux_hold_others(struct vconsole_mux *mux);
/* vconsole_mux_whole.c: others' bytes are shown again. */
void vconsole_mux_end_whole(struct vconsole_mux *mux);
