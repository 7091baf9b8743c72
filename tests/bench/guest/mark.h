/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marks: no-operations that the instruction counter (tests/bench/hypcount.c) recognises.
 *
 * A mark is `slti x0, x0, KIND << 8 | id`, an encoding that the ISA leaves to custom use and that
 * executes as a no-operation everywhere, in any mode. Marks are never counted themselves.
 * `id` is 0..255. Usable from C (HYP_MARK) and from assembly (`mark KIND, id`).
 */
#pragma once

#define HYP_MARK_START 1 /* Opens region `id`: remembers the counters of all harts. */
#define HYP_MARK_END 2   /* Prints region `id`: what this hart executed since its start. */
#define HYP_MARK_PATH 3  /* Prints region `id`: what all harts executed since its start. */
#define HYP_MARK_BEAT 4  /* Prints what this hart executed since its last beat `id`. */
#define HYP_MARK_TOTAL 5 /* Prints the totals of all harts, labelled `id`. */

#ifdef __ASSEMBLER__
/* clang-format off */
.macro mark kind, id
    slti x0, x0, ((\kind << 8) | \id)
.endm
/* clang-format on */
#else
/* clang-format off */
#define HYP_MARK(kind, id) \
    __asm__ volatile("slti x0, x0, %0" : : "i"(((kind) << 8) | (id)) : "memory")
/* clang-format on */
#endif
