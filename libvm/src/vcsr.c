/* SPDX-License-Identifier: Apache-2.0 */
/* CSR instructions that an embedder answers. */
#include <hyp/vm/vcsr.h>

#include <hyp/arch/guest_mem.h>

enum vcpu_action vcsr_handle(struct vcpu *vcpu, const struct exit *exit, vcsr_answer *answer)
{
    struct world *w = &vcpu->world;
    uint32_t bits = (uint32_t)exit->trap_value;
    if ((w->sstatus & SSTATUS_SPP) == 0) {
        return VCPU_TRAP_GUEST;
    }
    if (exit->trap_value == 0 && guest_mem_fetch(GVA(w->sepc), &bits) != HYP_OK) {
        return VCPU_SAME_INSN;
    }
    struct insn_csr insn = insn_csr_decode(bits);
    uint64_t old = 0;
    if (insn.op == INSN_CSR_NONE || !answer(vcpu, &insn, insn_csr_operand(&insn, w->gpr), &old)) {
        return VCPU_TRAP_GUEST;
    }
    w->gpr[insn.rd] = old;
    w->gpr[0] = 0;
    return VCPU_NEXT_INSN;
}
