/* SPDX-License-Identifier: Apache-2.0 */
/* Injects a trap into VS-mode; stops the VM at a trap. */
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

HYP_COLD void vcpu_stop_at_vector(struct vcpu *vcpu)
{
    const struct vm_stop_place place = {.hart_index = vcpu->hart_index,
                                        .pc = csr_read(CSR_VSEPC),
                                        .cause = csr_read(CSR_VSCAUSE),
                                        .value = csr_read(CSR_VSTVAL),
                                        .gpa = world_fault_gpa(&vcpu->world).a};
    vm_stop_at(vcpu->vm, VM_STOP_TRAPS, VM_STOP_KNOWS_GPA, &place);
}

HYP_COLD void vcpu_stop_at_trap(struct vcpu *vcpu)
{
    const struct world *world = &vcpu->world;
    const struct vm_stop_place place = {.hart_index = vcpu->hart_index,
                                        .pc = world->sepc,
                                        .cause = world->scause,
                                        .value = world->stval,
                                        .gpa = world_fault_gpa(world).a};
    /* htval is 0 at any trap but a guest-page fault. */
    vm_stop_at(vcpu->vm, VM_STOP_MEMORY, world->htval != 0 ? VM_STOP_KNOWS_GPA : VM_STOP_KNOWS_TRAP,
               &place);
}
