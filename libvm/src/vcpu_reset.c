/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a vCPU that starts, and of its hart. */
#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>

#include "mmio.h"
#include "sbi.h"
#include "vcpu.h"

#define DELEGATED_EXCEPTIONS                                                         \
    (BIT(CAUSE_INSN_MISALIGNED) | BIT(CAUSE_INSN_ACCESS) | BIT(CAUSE_ILLEGAL_INSN) | \
     BIT(CAUSE_BREAKPOINT) | BIT(CAUSE_LOAD_MISALIGNED) | BIT(CAUSE_LOAD_ACCESS) |   \
     BIT(CAUSE_STORE_MISALIGNED) | BIT(CAUSE_STORE_ACCESS) | BIT(CAUSE_ECALL_U) |    \
     BIT(CAUSE_INSN_PAGE) | BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_STORE_PAGE))

/* ---- Every exit takes the slow way ----------------------------------------------------------- */

static int64_t decline_ecall(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                             uint64_t a5, uint64_t fid, uint64_t ext)
{
    (void)a0, (void)a1, (void)a2, (void)a3, (void)a4, (void)a5, (void)fid, (void)ext;
    return SBI_DECLINED;
}

static bool decline_irq(struct world *w, uint64_t scause)
{
    (void)w, (void)scause;
    return false;
}

static bool decline_fault(struct world *w, uint64_t htinst, uint64_t gpa)
{
    (void)w, (void)htinst, (void)gpa;
    return false;
}

/* ---- The hart -------------------------------------------------------------------------------- */

HYP_COLD void vcpu_load_hart(struct vcpu *vcpu)
{
    const struct vm_grant *g = &vcpu->vm->grant;
    struct world *w = &vcpu->world;
    world_accept_guests();
    csr_write(CSR_HEDELEG, DELEGATED_EXCEPTIONS);
    csr_write(CSR_HIDELEG, VS_INTERRUPTS);
    csr_write(CSR_HIE, 0);
    csr_write(CSR_HCOUNTEREN, g->hcounteren);
    if (csr_probe(CSR_VSTIMECMP)) { /* Some emulators obey it although STCE is 0. */
        csr_write(CSR_VSTIMECMP, UINT64_MAX);
    }
    csr_write(CSR_HTIMEDELTA, 0);
    if (g->has_envcfg) {
        csr_write(CSR_HENVCFG, g->henvcfg);
    }
    if (g->has_stateen) {
        csr_write(CSR_HSTATEEN0, g->hstateen0 | vcpu->hstateen0);
    }
    csr_write(CSR_HGATP, vcpu->vm->hgatp);
    fence_hfence_gvma_all();
    csr_write(CSR_SIE, HS_INTERRUPTS);
    bool slow = vcpu->vm->config->no_fast_exits || vm_has_budget(vcpu->vm);
    w->fast_ecall = slow ? decline_ecall : vcpu_fast_ecall;
    w->fast_irq = slow ? decline_irq : vcpu_fast_irq;
    w->fast_fault = slow ? decline_fault : vcpu_fast_fault;
}

HYP_COLD bool vcpu_hart_is_fit(const struct vcpu *vcpu)
{
    const struct vm_grant *g = &vcpu->vm->grant;
    if (!csr_probe(CSR_HSTATUS) || csr_probe(CSR_HSTATEEN0) != g->has_stateen ||
        csr_probe(CSR_HENVCFG) != g->has_envcfg || (g->fp & ~world_probe_fp(g->fp)) != 0) {
        return false;
    }
    uint64_t henvcfg = 0;
    if (g->has_envcfg) {
        csr_write(CSR_HENVCFG, g->henvcfg);
        henvcfg = csr_read(CSR_HENVCFG);
    }
    csr_write(CSR_HCOUNTEREN, g->hcounteren);
    csr_write(CSR_HGATP, vcpu->vm->hgatp);
    /* The VMID need not stay: this hart runs one VM. */
    bool mode = csr_read(CSR_HGATP) >> 60 == vcpu->vm->hgatp >> 60;
    csr_write(CSR_HGATP, 0);
    return mode && henvcfg == g->henvcfg && csr_read(CSR_HCOUNTEREN) == g->hcounteren;
}

/* ---- The vCPU -------------------------------------------------------------------------------- */

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
 * SBI leaves the other registers open, but programs rely on what OpenSBI gives them: floating-point
 * and vector registers that are on, and cycle, time and instret for user mode, without which the
 * vDSO of Linux is an illegal instruction.
 */
HYP_COLD void vcpu_reset(struct vcpu *vcpu)
{
    const struct vm_grant *g = &vcpu->vm->grant;
    struct world *w = &vcpu->world;
    for (unsigned i = 0; i < 32; i++) {
        w->gpr[i] = 0;
    }
    w->gpr[10] = vcpu->id;
    w->gpr[11] = vcpu->start_opaque;
    w->sepc = vcpu->start_pc;
    uint64_t on = SSTATUS_UXL_64 | ((g->fp & WORLD_F) != 0 ? SSTATUS_FS : 0) |
                  ((g->fp & WORLD_V) != 0 ? SSTATUS_VS : 0);
    w->sstatus = SSTATUS_SPP | on;
    w->hstatus = HSTATUS_VSXL_64 | HSTATUS_SPV | HSTATUS_SPVP |
                 (uint64_t)vcpu->guest_file << HSTATUS_VGEIN_SHIFT;
    csr_write(CSR_SSTATUS, w->sstatus);
    world_clear_fp(g->fp);
    csr_write(CSR_VSSTATUS, on);
    csr_write(CSR_VSIE, 0);
    csr_write(CSR_VSTVEC, 0);
    csr_write(CSR_VSSCRATCH, 0);
    csr_write(CSR_VSEPC, 0);
    csr_write(CSR_VSCAUSE, 0);
    csr_write(CSR_VSTVAL, 0);
    csr_write(CSR_VSATP, 0);
    csr_write(CSR_SCOUNTEREN, COUNTEREN_ZICNTR);
    if (g->has_envcfg) {
        csr_write(CSR_SENVCFG, 0);
    }
}

HYP_COLD void vcpu_load_scrubber(struct vcpu *vcpu)
{
    const struct vm_grant *g = &vcpu->vm->grant;
    struct world *w = &vcpu->world;
    vcpu_reset(vcpu);
    csr_write(CSR_HEDELEG, 0);
    csr_write(CSR_HIDELEG, 0);
    if (g->has_envcfg) {
        csr_write(CSR_HENVCFG, g->henvcfg | (g->cboz_block != 0 ? HENVCFG_CBZE : 0));
    }
    w->fast_ecall = decline_ecall;
    w->fast_irq = decline_irq;
    w->fast_fault = decline_fault;
    fence_hfence_vvma_all();
    fence_i(); /* Another hart has written the code. */
}
