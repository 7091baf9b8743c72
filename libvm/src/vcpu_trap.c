/* SPDX-License-Identifier: Apache-2.0 */
/* Injects a trap into VS-mode. */
#include <hyp/arch/csr.h>

#include "vcpu.h"

HYP_COLD void vcpu_inject_trap(struct vcpu *vcpu, uint64_t cause, uint64_t value)
{
    struct world *world = &vcpu->world;
    uint64_t vsstatus = csr_read(CSR_VSSTATUS);
    bool supervisor = (world->sstatus & SSTATUS_SPP) != 0;
    uint64_t spie = (vsstatus & SSTATUS_SIE) != 0 ? SSTATUS_SPIE : 0;
    vsstatus &= ~(SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE);
    csr_write(CSR_VSSTATUS, vsstatus | spie | (supervisor ? SSTATUS_SPP : 0));
    csr_write(CSR_VSEPC, world->sepc);
    csr_write(CSR_VSCAUSE, cause);
    csr_write(CSR_VSTVAL, value);
    world->sepc = csr_read(CSR_VSTVEC) & ~UINT64_C(3); /* Exceptions ignore the vectored mode. */
    world->sstatus |= SSTATUS_SPP;
    world->hstatus |= HSTATUS_SPVP;
}
