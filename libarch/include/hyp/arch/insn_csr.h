/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decodes a CSR instruction, for the emulation of CSRs.
 *
 *   bits 31:20   19:15               14:12                      11:7   6:0
 *        csr     rs1, or immediate   1 w, 2 s, 3 c; + 4: imm.   rd     0x73
 *
 * Pure: defined for any bit pattern; no CSR and no memory is touched. The caller decides whether
 * the CSR exists and may be read or written.
 *
 * Implements "Zicsr Extension for Control and Status Register (CSR) Instructions" of the RISC-V
 * ISA manual, with its rules for x0.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum insn_csr_op {
    INSN_CSR_NONE,  /* No CSR instruction; all members are 0. */
    INSN_CSR_READ,  /* csrrs or csrrc with x0 or immediate 0: nothing is written. */
    INSN_CSR_WRITE, /* csrrw; with rd = x0 nothing is read. */
    INSN_CSR_SET,   /* csrrs with any other operand: a write, even if no bit is set. */
    INSN_CSR_CLEAR, /* csrrc, the same. */
};

struct insn_csr {
    enum insn_csr_op op;
    unsigned csr;    /* 12 bits. */
    unsigned rd;     /* Receives the old value. */
    unsigned source; /* rs1, or the immediate itself: 5 bits. */
    bool immediate;
};

/* Decodes 32 bits; a compressed instruction is NONE. */
struct insn_csr insn_csr_decode(uint32_t insn);

/* The value that is written, set or cleared; gpr[0] is 0. */
static inline uint64_t insn_csr_operand(const struct insn_csr *insn, const uint64_t gpr[32])
{
    return insn->immediate ? insn->source : gpr[insn->source];
}
