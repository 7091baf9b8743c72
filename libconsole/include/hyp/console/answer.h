/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds control sequences in a terminal's input: its answers to queries, and its function keys.
 *
 * Each answer of a terminal is a sequence that begins with ESC, or with a C1 control as one byte
 * or in UTF-8. It ends as ECMA-48 says: CSI by a final byte, others by a final byte after
 * intermediate ones. A control string ends by ESC \ or BEL; ST as one byte does not end it, since
 * that byte may be part of a character. CSI M, a report of the mouse, has three more bytes.
 *
 * A sequence is dropped as a whole, or from its current byte to its end (answer_cut()).
 *
 * Owner   The caller's storage; zero is a valid start, and ends any sequence.
 * Context Any; pure.
 * Implements "Elements of control functions" of ECMA-48.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct answer {
    uint8_t state; /* enum state of answer.c: position in a sequence. */
    uint8_t left;  /* Bytes of the sequence or character that follow, whatever they are. */
    bool dropped;  /* The current sequence is dropped. */
};

/* Takes one byte of input; true: drop it. `drop`: drop a sequence that begins with this byte. */
bool answer_drops(struct answer *answer, uint8_t byte, bool drop);

/* True while the sequence that has begun, or a character of several bytes, is not complete. */
static inline bool answer_is_open(const struct answer *answer)
{
    return answer->state != 0;
}

/* Drops the rest of the current sequence, if there is one. */
void answer_cut(struct answer *answer);
