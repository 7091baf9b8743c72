/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual interrupt controller of a VM, as the VM and its embedder use it. Each model provides
 * one table of functions.
 *
 * Owner   The table is const; vm->virqc_state belongs to the model.
 * Locks   As stated for each function.
 * Context HS-mode, interrupts off. No function waits.
 */
#pragma once

#include <hyp/base/irq.h>
#include <hyp/base/status.h>
#include <hyp/base/types.h>
#include <hyp/vm/action.h>

struct gstage;
struct vcpu;
struct vm;

struct virqc_ops {
    /*
     * Creates the VM's controller, adds it to the VM's bus and sets vm->virqc and vm->virqc_state.
     * `maker` is the embedder's object that offers the model. Boot.
     */
    enum hyp_status (*create)(void *maker, struct vm *vm, struct gstage *gstage);
    /*
     * Prepares the vCPU's hart for the controller, on that hart, before the vCPU first runs. Any
     * result but HYP_OK: the hart lacks a resource that the vCPU needs. NULL: nothing to do. Takes
     * vm->lock where necessary.
     */
    enum hyp_status (*start_vcpu)(struct vcpu *vcpu);
    /* Handles a physical interrupt of this VM that this hart has claimed. vm->lock is held. */
    void (*handle_phys_irq)(void *state, uint32_t source, uint32_t hart_index);
    /*
     * Handles an IPI, on the vCPU's own hart: another hart may have changed the controller's state.
     * NULL: nothing to do. No lock is held.
     */
    void (*handle_ipi)(struct vcpu *vcpu);
    /*
     * Emulates an instruction that has raised a virtual-instruction exception in VS-mode at
     * world.sepc; it may access one of the model's CSRs (vcsr.h). NULL: no CSR is emulated.
     *
     * Checks  VU-mode gets the trap without a call. The hart has checked that HS-mode may execute
     *         the instruction, as mstatus.TVM and TSR are 0. But if stval is 0, libvm fetches the
     *         instruction, and another hart may have stored a different one meanwhile: then nothing
     *         is checked, and the instruction may have 16 bits.
     * Returns VCPU_TRAP_GUEST with nothing changed: the guest takes an illegal-instruction
     *         exception with the stval that the hart reported. VCPU_NEXT_INSN: the instruction is
     *         emulated, and the guest resumes 4 bytes after it. VCPU_SAME_INSN: the guest executes
     *         the instruction again.
     * Locks   None is held; takes vm->lock where necessary.
     * Context The vCPU's own hart. world is the guest's state; the vCPU stays libvm's.
     *
     * Implements "Trap Cause Codes" of the hypervisor extension: virtual-instruction exceptions.
     */
    enum vcpu_action (*emulate_csr)(struct vcpu *vcpu, uint32_t insn);
    /*
     * Completes all claimed physical interrupts of the VM, which has stopped, and disables its
     * physical sources. vm->lock is held.
     */
    void (*stop)(void *state);
    /* Returns the input line of a source, for a virtual device. Boot. */
    struct irq_line (*line)(void *state, uint32_t source);
};
