/* SPDX-License-Identifier: Apache-2.0 */
#include <hyp/arch/insn_csr.h>
#include <hyp/base/bits.h>
#include <prop.h>
#include <stddef.h>

/* The six encodings of riscv-opcodes (rv_zicsr), searched from the top. */
static const struct row {
    uint32_t match; /* Value of bits 14:12 and 6:0. */
    enum insn_csr_op op;
    bool immediate;
} rows[] = {
    {0x1073, INSN_CSR_WRITE, false}, {0x2073, INSN_CSR_SET, false}, {0x3073, INSN_CSR_CLEAR, false},
    {0x5073, INSN_CSR_WRITE, true},  {0x6073, INSN_CSR_SET, true},  {0x7073, INSN_CSR_CLEAR, true},
};

static const struct row *row_of(uint32_t insn)
{
    for (unsigned i = 0; i < ARRAY_COUNT(rows); i++) {
        if ((insn & 0x707f) == rows[i].match) {
            return &rows[i];
        }
    }
    return NULL;
}

static void check(uint32_t insn)
{
    struct insn_csr got = insn_csr_decode(insn);
    const struct row *row = row_of(insn);
    if (row == NULL) {
        PROP_ASSERT(got.op == INSN_CSR_NONE && !got.immediate);
        PROP_ASSERT((got.csr | got.rd | got.source) == 0);
        return;
    }
    bool writes = row->op == INSN_CSR_WRITE || (insn & 0xf8000) != 0;
    PROP_ASSERT(got.op == (writes ? row->op : INSN_CSR_READ));
    PROP_ASSERT(got.immediate == row->immediate);
    /* The decoded fields make up the instruction again. */
    PROP_ASSERT((got.csr << 20 | got.source << 15 | got.rd << 7 | row->match) == insn);
}

static void check_operand(uint32_t insn)
{
    struct insn_csr got = insn_csr_decode(insn);
    uint64_t gpr[32] = {0};
    for (unsigned i = 1; i < 32; i++) {
        gpr[i] = UINT64_C(0x100000000) + i;
    }
    uint64_t operand = insn_csr_operand(&got, gpr);
    PROP_ASSERT(operand == (got.immediate ? got.source : gpr[got.source]));
    PROP_ASSERT(got.op != INSN_CSR_READ || operand == 0);
}

/* Any word; most of them get the major opcode, which is rare at random. */
void prop_run(void)
{
    uint32_t insn = (uint32_t)prop_u64(BIT(32));
    if (prop_u64(4) != 0) {
        insn = (insn & ~0x7fu) | 0x73;
    }
    if (prop_u64(4) == 0) {
        insn &= ~0xf8000u; /* x0, or 0 */
    }
    check(insn);
    check_operand(insn);
}
