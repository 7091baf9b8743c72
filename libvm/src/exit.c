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

HYP_COLD static void decode_guest_page_fault(const struct world *world, struct exit *exit)
{
    exit->gpa = world_fault_gpa(world);
    exit->trap_cause = access_fault_cause(world->scause);
    if (world->scause == CAUSE_INSN_GUEST_PAGE) {
        exit->kind = EXIT_FETCH;
        return;
    }
    exit->access = insn_decode_htinst(world->htinst);
    exit->kind = exit->access.kind == INSN_WALK ? EXIT_WALK : EXIT_MMIO;
}

HYP_COLD struct exit exit_decode(const struct world *world)
{
    struct exit exit = {
        .kind = EXIT_REFLECT, .trap_cause = world->scause, .trap_value = world->stval};
    if ((world->scause & CAUSE_INTERRUPT) != 0) {
        exit.kind = EXIT_IRQ;
        exit.irq = world->scause & ~CAUSE_INTERRUPT;
        return exit;
    }
    switch (world->scause) {
    case CAUSE_ECALL_VS: exit.kind = EXIT_SBI; break;
    case CAUSE_INSN_GUEST_PAGE:
    case CAUSE_LOAD_GUEST_PAGE:
    case CAUSE_STORE_GUEST_PAGE: decode_guest_page_fault(world, &exit); break;
    case CAUSE_VIRTUAL_INSN:
        exit.kind = EXIT_VIRTUAL;
        exit.trap_cause = CAUSE_ILLEGAL_INSN;
        break;
    default: break;
    }
    return exit;
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
HYP_COLD static enum vcpu_action fetch_access(struct vcpu *vcpu, struct exit *exit)
{
    uint32_t insn;
    if (exit->access.kind != INSN_NONE) {
        return VCPU_NEXT_INSN;
    }
    if (guest_mem_fetch(GVA(vcpu->world.sepc), &insn) != HYP_OK) {
        return VCPU_SAME_INSN; /* Another hart has unmapped it: the guest takes its own fault. */
    }
    exit->access = insn_decode(insn);
    /* Another hart may have stored a different instruction there, which did not fault. */
    uint64_t cause = guest_page_fault_cause(exit->access.kind);
    return cause == 0 || cause == vcpu->world.scause ? VCPU_NEXT_INSN : VCPU_SAME_INSN;
}

HYP_COLD static enum vcpu_action handle_mmio(struct vcpu *vcpu, struct exit *exit)
{
    enum vcpu_action action = fetch_access(vcpu, exit);
    return action == VCPU_NEXT_INSN ? mmio_handle(vcpu, exit->gpa, &exit->access) : action;
}

/* Stops the VM if its trap vector cannot be fetched: it would trap for ever. */
HYP_COLD static enum vcpu_action handle_fetch(struct vcpu *vcpu, const struct exit *exit)
{
    uint64_t vector = csr_read(CSR_VSTVEC) & ~UINT64_C(3);
    bool supervisor = (vcpu->world.sstatus & SSTATUS_SPP) != 0;
    if (supervisor && exit->trap_value == vector) {
        vcpu_stop_at_vector(vcpu);
        return VCPU_STOP;
    }
    return VCPU_TRAP_GUEST;
}

/* Lets the VM's controller emulate the instruction, see emulate_csr of struct virqc_ops. */
HYP_COLD static enum vcpu_action handle_virtual(struct vcpu *vcpu, const struct exit *exit)
{
    const struct world *world = &vcpu->world;
    uint32_t insn = (uint32_t)exit->trap_value;
    const struct virqc_ops *virqc = vcpu->vm->virqc;
    if (virqc == NULL || virqc->emulate_csr == NULL || (world->sstatus & SSTATUS_SPP) == 0) {
        return VCPU_TRAP_GUEST;
    }
    if (exit->trap_value == 0 && guest_mem_fetch(GVA(world->sepc), &insn) != HYP_OK) {
        return VCPU_SAME_INSN; /* Another hart has unmapped it: the guest takes its own fault. */
    }
    return virqc->emulate_csr(vcpu, insn);
}

HYP_COLD static enum vcpu_action handle_irq(struct vcpu *vcpu, const struct exit *exit)
{
    /* The fast function is the slow way, too. The run loop checks the vCPU's state by itself. */
    (void)vcpu_fast_irq(&vcpu->world, CAUSE_INTERRUPT | exit->irq);
    return VCPU_SAME_INSN;
}

HYP_COLD enum vcpu_action exit_handle(struct vcpu *vcpu, struct exit *exit)
{
    switch (exit->kind) {
    case EXIT_IRQ: return handle_irq(vcpu, exit);
    case EXIT_SBI: return sbi_handle(vcpu);
    case EXIT_MMIO: return handle_mmio(vcpu, exit);
    case EXIT_FETCH: return handle_fetch(vcpu, exit);
    case EXIT_VIRTUAL: return handle_virtual(vcpu, exit);
    case EXIT_WALK:
    case EXIT_REFLECT: return VCPU_TRAP_GUEST;
    }
    HYP_PANIC("exit kind");
}
