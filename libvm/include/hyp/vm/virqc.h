/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM's virtual interrupt controller as its VM and its embedder see it: one table of functions for
 * each model.
 *
 * Owner   The table is const; the state, vm->virqc_state, is the maker's.
 * Locks   As each says.
 * Context HS-mode, interrupts off. None waits.
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
     * Makes the VM's controller, puts it on the VM's bus and sets vm->virqc and vm->virqc_state.
     * `maker` is the embedder's, who offers the model. Boot.
     */
    enum hyp_status (*create)(void *maker, struct vm *vm, struct gstage *gstage);
    /*
     * On the vCPU's own hart, before it first runs. Other than HYP_OK: the hart lacks what the vCPU
     * was promised. NULL: nothing to do. Takes vm->lock if it needs it.
     */
    enum hyp_status (*start_vcpu)(struct vcpu *vcpu);
    /* A physical interrupt of this VM was claimed on this hart. vm->lock is held. */
    void (*handle_phys_irq)(void *state, uint32_t source, uint32_t hart_index);
    /*
     * On the vCPU's own hart behind an IPI, which may be of a change that another hart has made.
     * NULL: nothing to do. No lock.
     */
    void (*handle_ipi)(struct vcpu *vcpu);
    /*
     * A virtual-instruction exception in VS-mode: `insn` has trapped at world.sepc, and may be one
     * of the model's CSRs; vcsr.h takes it apart. NULL: no CSR is emulated.
     *
     * Called  For VS-mode alone: VU-mode gets the trap without a call. The hart has checked that
     *         HS-mode may execute the instruction, mstatus.TVM and TSR being 0. But if stval is 0,
     *         libvm fetches the instruction, and another hart may have stored a different one
     *         there since: then nothing is checked, and it may be of 16 bits.
     * Returns VCPU_TRAP_GUEST with nothing changed: the guest takes an illegal-instruction
     *         exception, whose stval is the one that the hart reported. VCPU_NEXT_INSN: emulated,
     *         and the guest goes on 4 bytes behind. VCPU_SAME_INSN: the guest executes it again.
     * Locks   None is held; it takes vm->lock if it needs it.
     * Context The vCPU's own hart. world is the guest's state; the vCPU stays libvm's.
     *
     * Implements "Trap Cause Codes" of the hypervisor extension: virtual-instruction exceptions.
     */
    enum vcpu_action (*emulate_csr)(struct vcpu *vcpu, uint32_t insn);
    /* Completes what is claimed, disables what the VM has; it has stopped. vm->lock is held. */
    void (*stop)(void *state);
    /* The wire into a source, for a virtual device. Boot. */
    struct irq_line (*line)(void *state, uint32_t source);
};
