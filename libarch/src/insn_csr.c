/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes CSR instructions. */
#include <hyp/arch/insn_csr.h>

#define OP_SYSTEM 0x73u

static uint32_t field(uint32_t insn, unsigned lo, unsigned width)
{
    return (insn >> lo) & ((1u << width) - 1);
}

static enum insn_csr_op op_of(uint32_t funct3, bool names_none)
{
    switch (funct3 & 3) {
    case 1: return INSN_CSR_WRITE;
    case 2: return names_none ? INSN_CSR_READ : INSN_CSR_SET;
    case 3: return names_none ? INSN_CSR_READ : INSN_CSR_CLEAR;
    default: return INSN_CSR_NONE;
    }
}

struct insn_csr insn_csr_decode(uint32_t insn)
{
    uint32_t funct3 = field(insn, 12, 3);
    uint32_t source = field(insn, 15, 5);
    enum insn_csr_op op = op_of(funct3, source == 0);
    if (field(insn, 0, 7) != OP_SYSTEM || op == INSN_CSR_NONE) {
        return (struct insn_csr){.op = INSN_CSR_NONE};
    }
    return (struct insn_csr){
        .op = op,
        .csr = field(insn, 20, 12),
        .rd = field(insn, 7, 5),
        .source = source,
        .immediate = (funct3 & 4) != 0,
    };
}
