/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's end. */
#include "libhv/events/events.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/hart.h>
#include <hyp/arch/sbi_call.h>

#define FINISHER_WAIT_S 1
#define SRST_REASON_NONE 0
#define SRST_REASON_FAILURE 1

_Noreturn void hv_events_finish(struct hv_events *events, bool failed)
{
    if (events->log->vc != NULL) {
        events->ops->drain(events->ctx);
    }
    if (failed && events->finisher.base != 0) {
        mmio_write32(events->finisher, 0, events->finisher_word);
        /* The finisher takes some time; a reset meanwhile would report a success. */
        uint64_t end = csr_read(CSR_TIME) + (uint64_t)FINISHER_WAIT_S * events->timebase_hz;
        while (csr_read(CSR_TIME) < end) {
            hart_relax();
        }
    }
    (void)sbi_call(SBI_EXT_SRST, 0, 0, failed ? SRST_REASON_FAILURE : SRST_REASON_NONE, 0);
    hart_park();
}
