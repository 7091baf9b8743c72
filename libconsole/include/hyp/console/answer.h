/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds control sequences in a terminal's input: its answers to queries, and its function keys.
 *
 * Each answer of a terminal is a sequence that begins with ESC, or with a C1 control as one byte
 * or in UTF-8. It ends as ECMA-48 says: CSI by a final byte, others by a final byte behind
 * intermediate ones. A control string ends by ESC \ or BEL; ST as one byte does not end it, since
 * that byte may be part of a character. CSI M, a report of the mouse, has three more bytes.
 *
 * A sequence is dropped as a whole, or from a point on to its end.
 *
 * Owner   The caller's storage; zero is a valid start, and ends any sequence.
 * Context Any; pure.
 * Implements "Elements of control functions" of ECMA-48.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct answer {
    uint8_t state; /* enum in answer.c: in which part of a sequence. */
    uint8_t left;  /* Bytes that follow, whatever they are. */
    bool dropped;  /* The sequence that has begun is. */
};

/* One byte of input. `drop`: a sequence that begins now is to be dropped. True: this byte is. */
bool answer_drops(struct answer *answer, uint8_t byte, bool drop);

/* Drops the rest of the sequence that has begun, if one has. */
void answer_cut(struct answer *answer);
