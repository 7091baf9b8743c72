/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a CSR instruction does, for those whose CSR is emulated.
 *
 *   bits 31:20   19:15               14:12                      11:7   6:0
 *        csr     rs1, or immediate   1 w, 2 s, 3 c; + 4: imm.   rd     0x73
 *
 * Pure: any bit pattern gives an answer, no CSR and no memory is touched. Whether the CSR exists,
 * and may be read or written, is the caller's to say.
 *
 * Implements "Zicsr Extension for Control and Status Register (CSR) Instructions" of the RISC-V
 * ISA manual, with its rules for x0.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum insn_csr_op {
    INSN_CSR_NONE,  /* No CSR instruction; all members are 0. */
    INSN_CSR_READ,  /* csrrs, csrrc of x0, or with immediate 0: nothing is written. */
    INSN_CSR_WRITE, /* csrrw; with rd = x0 nothing is read. */
    INSN_CSR_SET,   /* csrrs, whatever its register holds: a write, also of no bits. */
    INSN_CSR_CLEAR, /* csrrc, the same. */
};

struct insn_csr {
    enum insn_csr_op op;
    unsigned csr;    /* 12 bits. */
    unsigned rd;     /* Where the old value goes; x0: nowhere. */
    unsigned source; /* rs1, or the immediate itself: 5 bits. */
    bool immediate;
};

/* Of 32 bits; a compressed instruction is none of these. */
struct insn_csr insn_csr_decode(uint32_t insn);

/* What is written, set or cleared; gpr[0] is 0. */
static inline uint64_t insn_csr_operand(const struct insn_csr *insn, const uint64_t gpr[32])
{
    return insn->immediate ? insn->source : gpr[insn->source];
}
