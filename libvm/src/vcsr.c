/* SPDX-License-Identifier: Apache-2.0 */
/* Emulates CSR instructions by the function of an embedder. */
#include <hyp/vm/vcsr.h>

enum vcpu_action vcsr_handle(struct vcpu *vcpu, uint32_t insn, vcsr_answer *answer)
{
    struct world *world = &vcpu->world;
    struct insn_csr csr = insn_csr_decode(insn);
    uint64_t old = 0;
    if (csr.op == INSN_CSR_NONE || !answer(vcpu, &csr, insn_csr_operand(&csr, world->gpr), &old)) {
        return VCPU_TRAP_GUEST;
    }
    world->gpr[csr.rd] = old;
    world->gpr[0] = 0;
    return VCPU_NEXT_INSN;
}
