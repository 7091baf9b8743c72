/* SPDX-License-Identifier: Apache-2.0 */
/* CSRs of emulated interrupt files, and the VS-level external interrupt that these files drive. */
#include "libhv/irqc/aia.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/hart.h>
#include <hyp/vm/vcsr.h>

/*
 * Makes vstopi show a pending VS-level external interrupt, on the vCPU's hart. AIA, "Interrupts
 * for virtual machines (VS level)": vstopi follows hvip.VSEIP by itself. QEMU needs hvictl for it.
 */
static void update_hvictl(const struct vcpu *vcpu)
{
    bool level = __atomic_load_n(&vcpu->ext_level, __ATOMIC_RELAXED);
    csr_write(CSR_HVICTL, level ? HVICTL_SEI_LAST : 0);
}

/* The caller holds vm->lock. */
void virq_imsic_csr_set_external(void *ctx, uint32_t vcpu, bool level)
{
    const struct virq_aia *virq = ctx;
    virq_aplic_set_external(ctx, vcpu, level);
    if (virq->hart[vcpu] == hart_self()->index) {
        update_hvictl(virq->vm->vcpus[vcpu]);
    }
}

/*
 * Updates vstopi after an IPI: another hart may have sent a message to this file. No lock is
 * needed, as a later change sends a later IPI; and a hart that has panicked may hold the lock.
 */
void virq_imsic_csr_handle_ipi(struct vcpu *vcpu)
{
    if (virq_imsic_is_emulated(vcpu)) {
        update_hvictl(vcpu);
    }
}

static enum vimsic_op op_of(enum insn_csr_op op)
{
    switch (op) {
    case INSN_CSR_WRITE: return VIMSIC_WRITE;
    case INSN_CSR_SET: return VIMSIC_SET;
    case INSN_CSR_CLEAR: return VIMSIC_CLEAR;
    case INSN_CSR_NONE:
    case INSN_CSR_READ: break;
    }
    return VIMSIC_READ;
}

/*
 * Emulates one access. The guest writes siselect itself, as hstateen0 grants it, so the model's
 * copy is updated first. A vCPU with a guest interrupt file traps for the iprio registers alone.
 * Returns false for registers that do not exist.
 */
static bool emulate(struct vcpu *vcpu, const struct insn_csr *insn, uint64_t value, uint64_t *old)
{
    struct virq_aia *virq = vcpu->vm->virqc_state;
    uint64_t select = csr_read(CSR_VSISELECT);
    bool iprio =
        insn->csr == CSR_SIREG && select >= IMSIC_SELECT_IPRIO && select <= IMSIC_SELECT_IPRIO_LAST;
    bool file = insn->csr == CSR_STOPEI || (insn->csr == CSR_SIREG && select <= IMSIC_SELECT_LAST);
    if (!iprio && !(file && virq_imsic_is_emulated(vcpu))) {
        return false;
    }
    struct vimsic_access selects = {.csr = CSR_SISELECT, .op = VIMSIC_WRITE, .value = select};
    struct vimsic_access access = {.csr = insn->csr, .op = op_of(insn->op), .value = value};
    bool answered = true;
    spinlock_lock(&vcpu->vm->lock);
    if (insn->csr == CSR_SIREG) {
        answered = vimsic_csr(&virq->vimsic, vcpu->id, &selects, old) == VIMSIC_OK;
    }
    answered = answered && vimsic_csr(&virq->vimsic, vcpu->id, &access, old) == VIMSIC_OK;
    spinlock_unlock(&vcpu->vm->lock);
    return answered;
}

enum vcpu_action virq_imsic_csr_emulate(struct vcpu *vcpu, uint32_t insn)
{
    return vcsr_handle(vcpu, insn, emulate);
}
