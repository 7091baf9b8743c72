/* SPDX-License-Identifier: Apache-2.0 */
/* A hart's timer: stimecmp, or the firmware's timer. */
#include "libhv/hart/timer.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/sbi_call.h>

void hv_timer_program(struct hv_timer *timer)
{
    uint64_t when = timer->deadline;
    if (timer->sstc) {
        csr_write(CSR_STIMECMP, when);
        return;
    }
    if (timer->vcpu != NULL && timer->vcpu->timer < when) {
        when = timer->vcpu->timer;
    }
    if (when != timer->programmed) {
        timer->programmed = when;
        (void)sbi_call(SBI_EXT_TIME, 0, when, 0, 0);
    }
}

bool hv_timer_expire(struct hv_timer *timer, uint64_t now)
{
    timer->programmed =
        0; /* Firmware's timer has expired: the next call programs it in any case. */
    if (timer->deadline > now) {
        return false;
    }
    timer->deadline = UINT64_MAX;
    return true;
}
