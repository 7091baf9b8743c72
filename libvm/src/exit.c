/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes exits from the trap CSRs, and dispatches them to their handlers. */
#include "exit.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/guest_mem.h>
#include <hyp/base/assert.h>

#include "mmio.h"
#include "sbi.h"
#include "vcpu.h"

/* The access fault that a machine raises for the same access where it has no memory. */
static uint64_t access_fault_cause(uint64_t scause)
{
    switch (scause) {
    case CAUSE_INSN_GUEST_PAGE: return CAUSE_INSN_ACCESS;
    case CAUSE_LOAD_GUEST_PAGE: return CAUSE_LOAD_ACCESS;
    default: return CAUSE_STORE_ACCESS;
    }
}

HYP_COLD static void decode_guest_page_fault(const struct world *w, struct exit *e)
{
    e->gpa = GPA((w->htval << 2) | (w->stval & 3));
    e->trap_cause = access_fault_cause(w->scause);
    if (w->scause == CAUSE_INSN_GUEST_PAGE) {
        e->kind = EXIT_FETCH;
        return;
    }
    e->access = insn_decode_htinst(w->htinst);
    e->kind = e->access.kind == INSN_WALK ? EXIT_WALK : EXIT_MMIO;
}

HYP_COLD struct exit exit_decode(const struct world *w)
{
    struct exit e = {.kind = EXIT_REFLECT, .trap_cause = w->scause, .trap_value = w->stval};
    if ((w->scause & CAUSE_INTERRUPT) != 0) {
        e.kind = EXIT_IRQ;
        e.irq = w->scause & ~CAUSE_INTERRUPT;
        return e;
    }
    switch (w->scause) {
    case CAUSE_ECALL_VS: e.kind = EXIT_SBI; break;
    case CAUSE_INSN_GUEST_PAGE:
    case CAUSE_LOAD_GUEST_PAGE:
    case CAUSE_STORE_GUEST_PAGE: decode_guest_page_fault(w, &e); break;
    case CAUSE_VIRTUAL_INSN:
        e.kind = EXIT_VIRTUAL;
        e.trap_cause = CAUSE_ILLEGAL_INSN;
        break;
    default: break;
    }
    return e;
}

/* The guest-page fault that an access of this kind raises; 0: it is not emulated. */
static uint64_t guest_page_fault_cause(enum insn_kind kind)
{
    switch (kind) {
    case INSN_LOAD:
    case INSN_FP_LOAD: return CAUSE_LOAD_GUEST_PAGE;
    case INSN_STORE:
    case INSN_FP_STORE:
    case INSN_CBO:
    case INSN_CBO_ZERO: return CAUSE_STORE_GUEST_PAGE;
    case INSN_NONE:
    case INSN_WALK:
    case INSN_AMO:
    case INSN_VECTOR:
    case INSN_HLV:
    case INSN_OTHER: return 0;
    }
    return 0;
}

/*
 * Decodes the instruction itself where htinst does not describe it. Returns VCPU_NEXT_INSN if
 * exit->access is the access that faulted, else VCPU_SAME_INSN: the guest executes it again.
 */
HYP_COLD static enum vcpu_action fetch_access(struct vcpu *vcpu, struct exit *e)
{
    uint32_t insn;
    if (e->access.kind != INSN_NONE) {
        return VCPU_NEXT_INSN;
    }
    if (guest_mem_fetch(GVA(vcpu->world.sepc), &insn) != HYP_OK) {
        return VCPU_SAME_INSN; /* Another hart has unmapped it: the guest takes its own fault. */
    }
    e->access = insn_decode(insn);
    /* Another hart may have stored a different instruction there, which did not fault. */
    uint64_t cause = guest_page_fault_cause(e->access.kind);
    return cause == 0 || cause == vcpu->world.scause ? VCPU_NEXT_INSN : VCPU_SAME_INSN;
}

HYP_COLD static enum vcpu_action handle_mmio(struct vcpu *vcpu, struct exit *e)
{
    enum vcpu_action action = fetch_access(vcpu, e);
    return action == VCPU_NEXT_INSN ? mmio_handle(vcpu, e->gpa, &e->access) : action;
}

/* Stops the VM if its trap vector cannot be fetched: it would trap for ever. */
HYP_COLD static enum vcpu_action handle_fetch(struct vcpu *vcpu, const struct exit *e)
{
    uint64_t vector = csr_read(CSR_VSTVEC) & ~UINT64_C(3);
    bool supervisor = (vcpu->world.sstatus & SSTATUS_SPP) != 0;
    if (supervisor && e->trap_value == vector) {
        vm_stop(vcpu->vm, VM_STOP_TRAPS);
        return VCPU_STOP;
    }
    return VCPU_TRAP_GUEST;
}

/* Lets the VM's controller emulate the instruction, see emulate_csr of struct virqc_ops. */
HYP_COLD static enum vcpu_action handle_virtual(struct vcpu *vcpu, const struct exit *e)
{
    const struct world *w = &vcpu->world;
    uint32_t insn = (uint32_t)e->trap_value;
    const struct virqc_ops *virqc = vcpu->vm->virqc;
    if (virqc == NULL || virqc->emulate_csr == NULL || (w->sstatus & SSTATUS_SPP) == 0) {
        return VCPU_TRAP_GUEST;
    }
    if (e->trap_value == 0 && guest_mem_fetch(GVA(w->sepc), &insn) != HYP_OK) {
        return VCPU_SAME_INSN; /* Another hart has unmapped it: the guest takes its own fault. */
    }
    return virqc->emulate_csr(vcpu, insn);
}

HYP_COLD static enum vcpu_action handle_irq(struct vcpu *vcpu, const struct exit *e)
{
    /* The fast function is the slow way, too. The run loop checks the vCPU's state by itself. */
    (void)vcpu_fast_irq(&vcpu->world, CAUSE_INTERRUPT | e->irq);
    return VCPU_SAME_INSN;
}

HYP_COLD enum vcpu_action exit_handle(struct vcpu *vcpu, struct exit *e)
{
    switch (e->kind) {
    case EXIT_IRQ: return handle_irq(vcpu, e);
    case EXIT_SBI: return sbi_handle(vcpu);
    case EXIT_MMIO: return handle_mmio(vcpu, e);
    case EXIT_FETCH: return handle_fetch(vcpu, e);
    case EXIT_VIRTUAL: return handle_virtual(vcpu, e);
    case EXIT_WALK:
    case EXIT_REFLECT: return VCPU_TRAP_GUEST;
    }
    HYP_PANIC("exit kind");
}
