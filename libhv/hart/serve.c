/* SPDX-License-Identifier: Apache-2.0 */
/* The console hart without a guest: serves the console, then waits for an interrupt. */
#include "libhv/hart/hart.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>

_Noreturn void hv_hart_serve(struct hv_hart *hart)
{
    struct hv_harts *harts = hart->harts;
    csr_write(CSR_SIE, BIT(IRQ_S_SOFT) | BIT(IRQ_S_EXT) | BIT(IRQ_S_TIMER));
    harts->ops->clear_console_vm(harts->ctx);
    for (;;) {
        harts->ops->serve(harts->ctx, hart);
        hart_wait();
        csr_clear(CSR_SIP, BIT(IRQ_S_SOFT));
        fence_io(); /* An IPI that is sent from here on ends the next wait. */
        if ((csr_read(CSR_SIP) & BIT(IRQ_S_EXT)) != 0) {
            harts->ops->external(harts->ctx, hart->hart.index);
        }
    }
}
