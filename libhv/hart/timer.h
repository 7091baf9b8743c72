/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hart's timer: what comes first, a deadline of the hart's own or its guest's timer. With Sstc
 * the guest has a timer of its own, vstimecmp, and stimecmp is the deadline's alone.
 *
 * Units   Ticks of the time CSR; UINT64_MAX: never.
 * Locks   None: its own hart's.
 */
#pragma once

#include <hyp/vm/vm.h>

struct hv_timer {
    const struct vcpu *vcpu; /* Whose timer counts, too; NULL: none. */
    uint64_t deadline;
    uint64_t programmed; /* What the firmware's timer is set to, without Sstc. */
    bool sstc;           /* This hart has Sstc, and its VM is granted it. */
};

/* Sets the hart's timer to what comes first. */
void hv_timer_program(struct hv_timer *timer);

/* The timer has expired at `now`: true if the deadline has, which then is UINT64_MAX. */
bool hv_timer_expire(struct hv_timer *timer, uint64_t now);
