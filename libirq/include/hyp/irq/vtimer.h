/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vCPU's timer behind SBI set_timer: what is to be done, with Sstc and without. Pure.
 *
 *   with Sstc      the guest's comparator is vstimecmp; VSTIP follows it in hardware
 *   without        the hart's one timer stands in: hvip.VSTIP is set at expiry, and cleared by
 *                  the next set_timer
 *
 * Units   Ticks of the time CSR (the guest's: htimedelta is the caller's).
 * Owner   The vCPU's hart, alone; no lock.
 * Implements "Set Timer" of the RISC-V SBI specification.
 */
#pragma once

#include <hyp/base/types.h>

#define VTIMER_NEVER UINT64_MAX

struct vtimer {
    uint64_t due; /* Without Sstc: when the hart's timer is to fire; VTIMER_NEVER: not armed. */
};

enum vtimer_vstip { VTIMER_KEEP, VTIMER_SET, VTIMER_CLEAR };

struct vtimer_action {
    enum vtimer_vstip vstip; /* hvip.VSTIP. */
    bool program;            /* Write `due` to vstimecmp (Sstc), or to the hart's timer. */
    uint64_t due;
};

/* The guest's set_timer. A time that has come needs no timer: VSTIP is set at once. */
static inline struct vtimer_action vtimer_set(struct vtimer *timer, uint64_t value, uint64_t now,
                                              bool has_sstc)
{
    timer->due = VTIMER_NEVER;
    if (has_sstc) {
        return (struct vtimer_action){.program = true, .due = value};
    }
    bool expired = value <= now;
    timer->due = expired ? VTIMER_NEVER : value;
    return (struct vtimer_action){
        .vstip = expired ? VTIMER_SET : VTIMER_CLEAR,
        .program = true,
        .due = timer->due,
    };
}

/* Without Sstc: the hart's timer has fired; early, or for somebody else, it is armed again. */
static inline struct vtimer_action vtimer_expire(struct vtimer *timer, uint64_t now)
{
    bool expired = timer->due <= now && timer->due != VTIMER_NEVER;
    if (expired) {
        timer->due = VTIMER_NEVER;
    }
    return (struct vtimer_action){
        .vstip = expired ? VTIMER_SET : VTIMER_KEEP,
        .program = true,
        .due = timer->due,
    };
}
