/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSRs that the machine does not give a guest and its embedder emulates. The guest's CSR
 * instruction raises a virtual-instruction exception, and vcsr_handle() takes it to the register
 * that the instruction writes:
 *
 *   static enum vcpu_action emulate_csr(struct vcpu *vcpu, uint32_t insn)
 *   {
 *       return vcsr_handle(vcpu, insn, answer);
 *   }
 *   ...
 *   static const struct virqc_ops ops = {.emulate_csr = emulate_csr, …};
 *
 * An embedder includes this header and vm.h, nothing of libvm's own.
 *
 * Checks  Made before answer() is called: the guest is in VS-mode, the instruction is one of Zicsr.
 *         The hart raises the exception only for a CSR that HS-mode has, and for an access that
 *         HS-mode may make. But if the hart did not say the instruction in stval, libvm has fetched
 *         it, and another hart may have stored a different one there since. So answer() must be
 *         right for every csr and op, whether or not this hart would have trapped for it.
 * Owner   libvm owns vcpu and insn, both valid during the call. The embedder owns the CSR's state;
 *         vm->virqc_state may lead to it.
 * Locks   None is held; answer() takes vm->lock if it needs it.
 * Context The vCPU's own hart, interrupts off, from emulate_csr of struct virqc_ops. Never waits.
 *
 * Implements "Trap Cause Codes" of the hypervisor extension: virtual-instruction exceptions; and
 * "CSR Instructions" of Zicsr.
 */
#pragma once

#include <hyp/arch/insn_csr.h>
#include <hyp/vm/vm.h>

/*
 * The embedder's CSRs. `value` is what is written, set or cleared: rs1 as the guest holds it, or
 * the immediate; insn->op says which. *old comes in as 0.
 *
 * True: done, and *old is what the CSR held, which rd gets. False: insn->csr is not one that is
 * emulated, or the guest may not do this to it; nothing has changed, and the guest takes an
 * illegal-instruction exception.
 */
typedef bool vcsr_answer(struct vcpu *vcpu, const struct insn_csr *insn, uint64_t value,
                         uint64_t *old);

/*
 * The answer to emulate_csr of struct virqc_ops, whose instruction has the bits `insn`.
 * VCPU_NEXT_INSN: answered, and rd is written. VCPU_TRAP_GUEST: no CSR instruction, or answer()
 * said false; nothing has changed.
 */
enum vcpu_action vcsr_handle(struct vcpu *vcpu, uint32_t insn, vcsr_answer *answer);
