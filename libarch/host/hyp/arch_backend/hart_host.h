/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a hart's way on the host: hart_park(), hart_enter() and a broken contract go back to
 * the test that has called hart_host_run(). Outside of it they end the process.
 */
#pragma once

#include <hyp/arch/hart.h>

enum hart_host_end {
    HART_HOST_RETURNED,
    HART_HOST_PARKED,
    HART_HOST_ENTERED, /* hart_self() is the struct hart that was entered; ->entry is the next. */
    HART_HOST_PANICKED,
};

/* Calls fn(arg) on this thread's hart, and says how it ended. Not nested. */
enum hart_host_end hart_host_run(void (*fn)(void *arg), void *arg);

/* Ends hart_host_run(), if this thread is in it; else returns. */
void hart_host_leave(enum hart_host_end how);
