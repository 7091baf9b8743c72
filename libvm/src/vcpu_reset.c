/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a vCPU that starts. */
#include <hyp/arch/csr.h>

#include "vcpu.h"

HYP_COLD void vcpu_reset_interrupts(struct vcpu *vcpu)
{
    csr_write(CSR_HVIP, vcpu->ext_level ? BIT(IRQ_VS_EXT) : 0);
    vcpu->timer = UINT64_MAX;
    if (vcpu->vm->grant.sstc) {
        csr_write(CSR_VSTIMECMP, UINT64_MAX);
    }
}

/*
 * SBI "Hart State Management Extension": satp = 0, sstatus.SIE = 0, a0 = hart id, a1 = opaque.
 * SBI does not define the other registers, but programs rely on the values that OpenSBI gives them:
 * sstatus.FS and VS on, and scounteren with cycle, time and instret, without which the vDSO of
 * Linux takes an illegal-instruction exception.
 */
HYP_COLD void vcpu_reset(struct vcpu *vcpu)
{
    const struct vm_grant *grant = &vcpu->vm->grant;
    struct world *world = &vcpu->world;
    for (unsigned i = 0; i < 32; i++) {
        world->gpr[i] = 0;
    }
    world->gpr[10] = vcpu->id;
    world->gpr[11] = vcpu->start_opaque;
    world->sepc = vcpu->start_pc;
    uint64_t status = SSTATUS_UXL_64 | ((grant->fp & WORLD_F) != 0 ? SSTATUS_FS : 0) |
                      ((grant->fp & WORLD_V) != 0 ? SSTATUS_VS : 0);
    world->sstatus = SSTATUS_SPP | status;
    world->hstatus = HSTATUS_VSXL_64 | HSTATUS_SPV | HSTATUS_SPVP |
                     (uint64_t)vcpu->guest_file << HSTATUS_VGEIN_SHIFT;
    csr_write(CSR_SSTATUS, world->sstatus);
    world_clear_fp(grant->fp);
    csr_write(CSR_VSSTATUS, status);
    csr_write(CSR_VSIE, 0);
    csr_write(CSR_VSTVEC, 0);
    csr_write(CSR_VSSCRATCH, 0);
    csr_write(CSR_VSEPC, 0);
    csr_write(CSR_VSCAUSE, 0);
    csr_write(CSR_VSTVAL, 0);
    csr_write(CSR_VSATP, 0);
    csr_write(CSR_SCOUNTEREN, COUNTEREN_ZICNTR);
    if (grant->has_envcfg) {
        csr_write(CSR_SENVCFG, 0);
    }
}
