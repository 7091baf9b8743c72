/* SPDX-License-Identifier: Apache-2.0 */
/* CSRs of a hart that do not change while it runs one vCPU. */
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

/* ---- Fast functions that decline every trap -------------------------------------------------- */

static int64_t decline_ecall(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                             uint64_t a5, uint64_t fid, uint64_t ext)
{
    (void)a0, (void)a1, (void)a2, (void)a3, (void)a4, (void)a5, (void)fid, (void)ext;
    return SBI_DECLINED;
}

static bool decline_irq(struct world *world, uint64_t scause)
{
    (void)world, (void)scause;
    return false;
}

static bool decline_fault(struct world *world, uint64_t htinst, uint64_t gpa)
{
    (void)world, (void)htinst, (void)gpa;
    return false;
}

/* ---- The hart -------------------------------------------------------------------------------- */

HYP_COLD void vcpu_load_hart(struct vcpu *vcpu)
{
    const struct vm *vm = vcpu->vm;
    const struct vm_grant *grant = &vm->grant;
    struct world *world = &vcpu->world;
    world_accept_guests();
    csr_write(CSR_HEDELEG, DELEGATED_EXCEPTIONS);
    csr_write(CSR_HIDELEG, VS_INTERRUPTS);
    csr_write(CSR_HIE, 0);
    csr_write(CSR_HCOUNTEREN, grant->hcounteren);
    if (csr_probe(CSR_VSTIMECMP)) { /* Some emulators compare it even if henvcfg.STCE is 0. */
        csr_write(CSR_VSTIMECMP, UINT64_MAX);
    }
    csr_write(CSR_HTIMEDELTA, 0);
    if (grant->has_envcfg) {
        csr_write(CSR_HENVCFG, grant->henvcfg);
    }
    if (grant->has_stateen) {
        csr_write(CSR_HSTATEEN0, grant->hstateen0 | vcpu->hstateen0);
    }
    csr_write(CSR_HGATP, vm->hgatp);
    fence_hfence_gvma_all();
    csr_write(CSR_SIE, HS_INTERRUPTS);
    bool slow = vm->config->no_fast_exits || vm_has_budget(vm);
    world->fast_ecall = slow ? decline_ecall : vcpu_fast_ecall;
    world->fast_irq = slow ? decline_irq : vcpu_fast_irq;
    world->fast_fault = slow ? decline_fault : vcpu_fast_fault;
}

HYP_COLD bool vcpu_hart_is_fit(const struct vcpu *vcpu)
{
    const struct vm_grant *grant = &vcpu->vm->grant;
    if (!csr_probe(CSR_HSTATUS) || csr_probe(CSR_HSTATEEN0) != grant->has_stateen ||
        csr_probe(CSR_HENVCFG) != grant->has_envcfg ||
        (grant->fp & ~world_probe_fp(grant->fp)) != 0) {
        return false;
    }
    uint64_t henvcfg = 0;
    if (grant->has_envcfg) {
        csr_write(CSR_HENVCFG, grant->henvcfg);
        henvcfg = csr_read(CSR_HENVCFG);
    }
    csr_write(CSR_HCOUNTEREN, grant->hcounteren);
    csr_write(CSR_HGATP, vcpu->vm->hgatp);
    /* A hart with fewer VMID bits is fit: it runs one VM. */
    bool has_mode = csr_read(CSR_HGATP) >> HGATP_MODE_SHIFT == vcpu->vm->hgatp >> HGATP_MODE_SHIFT;
    csr_write(CSR_HGATP, 0);
    return has_mode && henvcfg == grant->henvcfg && csr_read(CSR_HCOUNTEREN) == grant->hcounteren;
}

HYP_COLD void vcpu_load_scrubber(struct vcpu *vcpu)
{
    const struct vm_grant *grant = &vcpu->vm->grant;
    struct world *world = &vcpu->world;
    vcpu_reset(vcpu);
    csr_write(CSR_HEDELEG, 0);
    csr_write(CSR_HIDELEG, 0);
    if (grant->has_envcfg) {
        csr_write(CSR_HENVCFG, grant->henvcfg | (grant->cboz_block != 0 ? HENVCFG_CBZE : 0));
    }
    world->fast_ecall = decline_ecall;
    world->fast_irq = decline_irq;
    world->fast_fault = decline_fault;
    fence_hfence_vvma_all();
    fence_i(); /* The boot hart has written the code. */
}
