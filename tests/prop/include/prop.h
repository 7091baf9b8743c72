/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One property, several engines.
 *
 * A property is prop_run(): it draws its choices by prop_u64(), and says what must
 * hold by PROP_ASSERT(). The engine that is linked decides what a draw is: a random
 * number, the next step of a walk through all choice sequences, or a fuzzer's bytes.
 *
 * prop_run() makes all its state anew: it runs many times in one process, and the
 * same draws must lead to the same run.
 *
 * Context  Host only, one thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The property. */
void prop_run(void);

/* A choice in [0, bound), each as likely as any other; bound 0: any 64-bit number. */
uint64_t prop_u64(uint64_t bound);

/* A choice in [low, high], both included; low <= high. */
static inline uint64_t prop_range(uint64_t low, uint64_t high)
{
    return low + prop_u64(high - low + 1);
}

static inline bool prop_bool(void)
{
    return prop_u64(2) != 0;
}

/* Ends the process; the engine prints how to have the same run again. */
_Noreturn void prop_fail(const char *condition, const char *file, int line);

/* Gives this run up as one that says nothing; does not return to prop_run(). */
_Noreturn void prop_discard(void);

#define PROP_ASSERT(condition) ((condition) ? (void)0 : prop_fail(#condition, __FILE__, __LINE__))

/* Discards a run whose draws do not satisfy the condition; too many fail the test. */
#define PROP_ASSUME(condition) ((condition) ? (void)0 : prop_discard())
