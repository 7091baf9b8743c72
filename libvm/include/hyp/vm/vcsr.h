/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSRs that an embedder emulates. A guest's access to such a CSR raises a virtual-instruction
 * exception. vcsr_handle() decodes the instruction, calls the embedder's function and writes rd:
 *
 *   static enum vcpu_action emulate_csr(struct vcpu *vcpu, uint32_t insn)
 *   {
 *       return vcsr_handle(vcpu, insn, answer);
 *   }
 *   ...
 *   static const struct virqc_ops ops = {.emulate_csr = emulate_csr, …};
 *
 * An embedder includes this header and vm.h, and no private header of libvm.
 *
 * Checks  Before answer() is called, libvm has checked that the guest is in VS-mode and that the
 *         instruction is one of Zicsr. The hart raises the exception only for a CSR that HS-mode
 *         has, and for an access that HS-mode may make. But if stval does not hold the instruction,
 *         libvm fetches it, and another hart may have stored a different one meanwhile. So answer()
 *         must be right for every csr and op.
 * Owner   libvm owns vcpu and insn, both valid during the call. The embedder owns the CSR's state
 *         and may reach it by vm->virqc_state.
 * Locks   None is held; answer() takes vm->lock where necessary.
 * Context The vCPU's own hart, interrupts off, from emulate_csr of struct virqc_ops. Never waits.
 *
 * Implements "Trap Cause Codes" of the hypervisor extension: virtual-instruction exceptions; and
 * "CSR Instructions" of Zicsr.
 */
#pragma once

#include <hyp/arch/insn_csr.h>
#include <hyp/vm/vm.h>

/*
 * Accesses one of the embedder's CSRs as insn->op says. `value` is the operand: the guest's rs1 or
 * the immediate. *old is 0 on entry.
 *
 * Returns true with the CSR's old value in *old, which is written to rd. Returns false with nothing
 * changed if the embedder does not emulate insn->csr, or the guest may not access the CSR in this
 * way; the guest takes an illegal-instruction exception.
 */
typedef bool vcsr_answer(struct vcpu *vcpu, const struct insn_csr *insn, uint64_t value,
                         uint64_t *old);

/*
 * Emulates the instruction with the bits `insn`: an implementation of emulate_csr of struct
 * virqc_ops. Returns VCPU_NEXT_INSN with rd written. Returns VCPU_TRAP_GUEST with nothing changed
 * if `insn` is no CSR instruction or answer() returned false.
 */
enum vcpu_action vcsr_handle(struct vcpu *vcpu, uint32_t insn, vcsr_answer *answer);
