/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hart's timer: the earlier one of the hart's own deadline and its guest's timer. With Sstc the
 * guest has a timer of its own, vstimecmp, and stimecmp is for the deadline only.
 *
 * Units   Ticks of the time CSR; UINT64_MAX: never.
 * Locks   None: only its own hart calls these.
 */
#pragma once

#include <hyp/vm/vm.h>

struct hv_timer {
    const struct vcpu *vcpu; /* The hart's vCPU; NULL: none. */
    uint64_t deadline;
    uint64_t programmed; /* Time that firmware's timer is set to, without Sstc. */
    bool sstc;           /* This hart has Sstc, and its VM is granted it. */
};

/* Sets the hart's timer to the earlier one of the two. */
void hv_timer_program(struct hv_timer *timer);

/* Called after the timer interrupt. True if the deadline has passed; it is UINT64_MAX then. */
bool hv_timer_expire(struct hv_timer *timer, uint64_t now);
