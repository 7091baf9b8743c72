/* SPDX-License-Identifier: Apache-2.0 */
/* The CSRs of emulated interrupt files, and what these files drive. */
#include "libhv/irqc/aia.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/hart.h>
#include <hyp/vm/vcsr.h>

/*
 * On its own hart: stopi says what hvip says. By the specification it does so by itself; QEMU's
 * hart says it only if hvictl does.
 */
static void drive_stopi(const struct vcpu *vcpu)
{
    bool level = __atomic_load_n(&vcpu->ext_level, __ATOMIC_RELAXED);
    csr_write(CSR_HVICTL, level ? HVICTL_SEI_LAST : 0);
}

/* The VM's lock is held. */
void virq_imsic_csr_set_external(void *ctx, uint32_t vcpu, bool level)
{
    const struct virq_aia *v = ctx;
    virq_aplic_set_external(ctx, vcpu, level);
    if (v->hart[vcpu] == hart_self()->index) {
        drive_stopi(v->vm->vcpus[vcpu]);
    }
}

/*
 * Another hart may have sent to the file. No lock: a change behind this look has an IPI of its own,
 * and whoever holds the lock may have panicked.
 */
void virq_imsic_csr_handle_ipi(struct vcpu *vcpu)
{
    if (virq_imsic_is_emulated(vcpu)) {
        drive_stopi(vcpu);
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
 * siselect is the hart's own, as hstateen0 grants it; the model is told. With a guest file only
 * iprio is not the machine's.
 */
static bool answer(struct vcpu *vcpu, const struct insn_csr *insn, uint64_t value, uint64_t *old)
{
    struct virq_aia *v = vcpu->vm->virqc_state;
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
        answered = vimsic_csr(&v->vimsic, vcpu->id, &selects, old) == VIMSIC_OK;
    }
    answered = answered && vimsic_csr(&v->vimsic, vcpu->id, &access, old) == VIMSIC_OK;
    spinlock_unlock(&vcpu->vm->lock);
    return answered;
}

enum vcpu_action virq_imsic_csr_emulate(struct vcpu *vcpu, uint32_t insn)
{
    return vcsr_handle(vcpu, insn, answer);
}
