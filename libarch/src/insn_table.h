/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference for the tests of insn.c: the published encodings as rows of mask and match, searched
 * from the top. It is slow and plain on purpose, and shares no code with insn.c.
 *
 * Encodings from riscv-opcodes: rv_i, rv64_i, rv_f, rv_d, rv_q, rv_zfhmin, rv_v, rv_a,
 * rv64_a, rv_zabha, rv64_zacas, rv_zicbo, rv_h, rv64_h, rv_c, rv64_c, rv_c_d, rv_zcb.
 * A kind that insn.c decodes by major opcode and width has one row for each of these.
 */
#pragma once

#include <hyp/arch/insn.h>
#include <hyp/base/bits.h>
#include <stddef.h>

struct insn_row {
    const char *name;
    uint32_t mask;
    uint32_t match;
    enum insn_kind kind;
    unsigned size;
    bool sign_extend;
    unsigned reg_lo;   /* First bit of rd or rs2. */
    unsigned reg_bits; /* 5; or 3, which name x8 to x15. */
    bool reg_not_x0;   /* x0 is reserved. */
};

static const struct insn_row insn_rows[] = {
    /* Integer, 32-bit. */
    {"lb", 0x0000707f, 0x00000003, INSN_LOAD, 1, true, 7, 5, false},
    {"lh", 0x0000707f, 0x00001003, INSN_LOAD, 2, true, 7, 5, false},
    {"lw", 0x0000707f, 0x00002003, INSN_LOAD, 4, true, 7, 5, false},
    {"ld", 0x0000707f, 0x00003003, INSN_LOAD, 8, true, 7, 5, false},
    {"lbu", 0x0000707f, 0x00004003, INSN_LOAD, 1, false, 7, 5, false},
    {"lhu", 0x0000707f, 0x00005003, INSN_LOAD, 2, false, 7, 5, false},
    {"lwu", 0x0000707f, 0x00006003, INSN_LOAD, 4, false, 7, 5, false},
    {"sb", 0x0000707f, 0x00000023, INSN_STORE, 1, false, 20, 5, false},
    {"sh", 0x0000707f, 0x00001023, INSN_STORE, 2, false, 20, 5, false},
    {"sw", 0x0000707f, 0x00002023, INSN_STORE, 4, false, 20, 5, false},
    {"sd", 0x0000707f, 0x00003023, INSN_STORE, 8, false, 20, 5, false},
    /* Integer, 16-bit. */
    {"c.lw", 0xe003, 0x4000, INSN_LOAD, 4, true, 2, 3, false},
    {"c.ld", 0xe003, 0x6000, INSN_LOAD, 8, true, 2, 3, false},
    {"c.sw", 0xe003, 0xc000, INSN_STORE, 4, false, 2, 3, false},
    {"c.sd", 0xe003, 0xe000, INSN_STORE, 8, false, 2, 3, false},
    {"c.lwsp", 0xe003, 0x4002, INSN_LOAD, 4, true, 7, 5, true},
    {"c.ldsp", 0xe003, 0x6002, INSN_LOAD, 8, true, 7, 5, true},
    {"c.swsp", 0xe003, 0xc002, INSN_STORE, 4, false, 2, 5, false},
    {"c.sdsp", 0xe003, 0xe002, INSN_STORE, 8, false, 2, 5, false},
    /* Zcb. */
    {"c.lbu", 0xfc03, 0x8000, INSN_LOAD, 1, false, 2, 3, false},
    {"c.lhu", 0xfc43, 0x8400, INSN_LOAD, 2, false, 2, 3, false},
    {"c.lh", 0xfc43, 0x8440, INSN_LOAD, 2, true, 2, 3, false},
    {"c.sb", 0xfc03, 0x8800, INSN_STORE, 1, false, 2, 3, false},
    {"c.sh", 0xfc43, 0x8c00, INSN_STORE, 2, false, 2, 3, false},
    /* Floating point. */
    {"flh", 0x0000707f, 0x00001007, INSN_FP_LOAD, 2, false, 7, 5, false},
    {"flw", 0x0000707f, 0x00002007, INSN_FP_LOAD, 4, false, 7, 5, false},
    {"fld", 0x0000707f, 0x00003007, INSN_FP_LOAD, 8, false, 7, 5, false},
    {"flq", 0x0000707f, 0x00004007, INSN_OTHER, 0, false, 0, 0, false},
    {"fsh", 0x0000707f, 0x00001027, INSN_FP_STORE, 2, false, 20, 5, false},
    {"fsw", 0x0000707f, 0x00002027, INSN_FP_STORE, 4, false, 20, 5, false},
    {"fsd", 0x0000707f, 0x00003027, INSN_FP_STORE, 8, false, 20, 5, false},
    {"fsq", 0x0000707f, 0x00004027, INSN_OTHER, 0, false, 0, 0, false},
    {"c.fld", 0xe003, 0x2000, INSN_FP_LOAD, 8, false, 2, 3, false},
    {"c.fsd", 0xe003, 0xa000, INSN_FP_STORE, 8, false, 2, 3, false},
    {"c.fldsp", 0xe003, 0x2002, INSN_FP_LOAD, 8, false, 7, 5, false},
    {"c.fsdsp", 0xe003, 0xa002, INSN_FP_STORE, 8, false, 2, 5, false},
    /* Vector: every addressing mode of a width. */
    {"vl*8", 0x0000707f, 0x00000007, INSN_VECTOR, 0, false, 0, 0, false},
    {"vl*16", 0x0000707f, 0x00005007, INSN_VECTOR, 0, false, 0, 0, false},
    {"vl*32", 0x0000707f, 0x00006007, INSN_VECTOR, 0, false, 0, 0, false},
    {"vl*64", 0x0000707f, 0x00007007, INSN_VECTOR, 0, false, 0, 0, false},
    {"vs*8", 0x0000707f, 0x00000027, INSN_VECTOR, 0, false, 0, 0, false},
    {"vs*16", 0x0000707f, 0x00005027, INSN_VECTOR, 0, false, 0, 0, false},
    {"vs*32", 0x0000707f, 0x00006027, INSN_VECTOR, 0, false, 0, 0, false},
    {"vs*64", 0x0000707f, 0x00007027, INSN_VECTOR, 0, false, 0, 0, false},
    /* Atomic: every operation of a width. */
    {"amo*.b", 0x0000707f, 0x0000002f, INSN_AMO, 0, false, 0, 0, false},
    {"amo*.h", 0x0000707f, 0x0000102f, INSN_AMO, 0, false, 0, 0, false},
    {"amo*.w", 0x0000707f, 0x0000202f, INSN_AMO, 0, false, 0, 0, false},
    {"amo*.d", 0x0000707f, 0x0000302f, INSN_AMO, 0, false, 0, 0, false},
    {"amo*.q", 0x0000707f, 0x0000402f, INSN_AMO, 0, false, 0, 0, false},
    /* Cache blocks. */
    {"cbo.inval", 0xfff07fff, 0x0000200f, INSN_CBO, 0, false, 0, 0, false},
    {"cbo.clean", 0xfff07fff, 0x0010200f, INSN_CBO, 0, false, 0, 0, false},
    {"cbo.flush", 0xfff07fff, 0x0020200f, INSN_CBO, 0, false, 0, 0, false},
    {"cbo.zero", 0xfff07fff, 0x0040200f, INSN_CBO_ZERO, 0, false, 0, 0, false},
    /* Virtual-machine access. */
    {"hlv.b", 0xfff0707f, 0x60004073, INSN_HLV, 0, false, 0, 0, false},
    {"hlv.bu", 0xfff0707f, 0x60104073, INSN_HLV, 0, false, 0, 0, false},
    {"hlv.h", 0xfff0707f, 0x64004073, INSN_HLV, 0, false, 0, 0, false},
    {"hlv.hu", 0xfff0707f, 0x64104073, INSN_HLV, 0, false, 0, 0, false},
    {"hlvx.hu", 0xfff0707f, 0x64304073, INSN_HLV, 0, false, 0, 0, false},
    {"hlv.w", 0xfff0707f, 0x68004073, INSN_HLV, 0, false, 0, 0, false},
    {"hlv.wu", 0xfff0707f, 0x68104073, INSN_HLV, 0, false, 0, 0, false},
    {"hlvx.wu", 0xfff0707f, 0x68304073, INSN_HLV, 0, false, 0, 0, false},
    {"hlv.d", 0xfff0707f, 0x6c004073, INSN_HLV, 0, false, 0, 0, false},
    {"hsv.b", 0xfe007fff, 0x62004073, INSN_HLV, 0, false, 0, 0, false},
    {"hsv.h", 0xfe007fff, 0x66004073, INSN_HLV, 0, false, 0, 0, false},
    {"hsv.w", 0xfe007fff, 0x6a004073, INSN_HLV, 0, false, 0, 0, false},
    {"hsv.d", 0xfe007fff, 0x6e004073, INSN_HLV, 0, false, 0, 0, false},
};

/* The row that `insn` is an instance of, or NULL. */
static inline const struct insn_row *insn_row_find(uint32_t insn)
{
    for (unsigned i = 0; i < ARRAY_COUNT(insn_rows); i++) {
        const struct insn_row *row = &insn_rows[i];
        bool is_x0 = row->reg_not_x0 && ((insn >> row->reg_lo) & 31) == 0;
        if ((insn & row->mask) == row->match && !is_x0) {
            return row;
        }
    }
    return NULL;
}

/* The expected result of insn_decode(insn). */
static inline struct insn_access insn_expect(uint32_t insn)
{
    const struct insn_row *row = insn_row_find(insn);
    struct insn_access expect = {.kind = INSN_OTHER, .length = (insn & 3) == 3 ? 4 : 2};
    if (row != NULL) {
        unsigned reg = (insn >> row->reg_lo) & ((1u << row->reg_bits) - 1);
        expect.kind = row->kind;
        expect.size = row->size;
        expect.reg = row->reg_bits == 3 ? 8 + reg : reg;
        expect.sign_extend = row->sign_extend;
    }
    return expect;
}

static inline bool insn_is_load(enum insn_kind kind)
{
    return kind == INSN_LOAD || kind == INSN_FP_LOAD;
}

/* Has a size and a register. */
static inline bool insn_is_scalar(enum insn_kind kind)
{
    return insn_is_load(kind) || kind == INSN_STORE || kind == INSN_FP_STORE;
}

/*
 * Makes the transformed instruction of a scalar load or store: opcode and funct3 of the 32-bit
 * equivalent, the register, and the address offset.
 */
static inline uint64_t insn_transform(struct insn_access access, unsigned addr_offset)
{
    uint64_t size_log2 = access.size == 8 ? 3 : access.size / 2;
    uint64_t low = access.length == 2 ? 1 : 3;
    uint64_t funct3 = size_log2 + (access.kind == INSN_LOAD && !access.sign_extend ? 4 : 0);
    uint64_t fp = access.kind == INSN_FP_LOAD || access.kind == INSN_FP_STORE ? 4 : 0;
    uint64_t common = (uint64_t)addr_offset << 15 | funct3 << 12 | fp | low;
    return insn_is_load(access.kind) ? common | (uint64_t)access.reg << 7
                                     : common | 0x20 | (uint64_t)access.reg << 20;
}

static inline bool insn_access_is_equal(struct insn_access a, struct insn_access b)
{
    return a.kind == b.kind && a.size == b.size && a.reg == b.reg && a.length == b.length &&
           a.addr_offset == b.addr_offset && a.sign_extend == b.sign_extend;
}
