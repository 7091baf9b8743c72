/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a guest's load or store to an emulated device does: its size, its
 * extension and its register, from htinst or from the instruction itself.
 *
 * Every integer load and store of RVA23 is decoded, 32-bit, compressed and Zcb, and
 * every scalar floating-point one (F, D, Zfhmin, Zcd). Other memory accesses are recognised
 * by kind, so that they can be refused; by their major opcode and width only, as the caller
 * does no more with them. FLQ and FSQ are OTHER: Q is no extension of RVA23.
 *
 * Pure: any bit pattern gives an answer, no CSR and no memory is touched. RV64
 * only: the encodings that RV32 uses for c.flw and its like mean c.ld here.
 * An encoding that Zcmp and c.fsdsp share is c.fsdsp: RVA23 has D.
 *
 * Implements, of the RISC-V ISA manual: "Transformed Instruction or
 * Pseudoinstruction for mtinst or htinst" (Hypervisor Extension), "Load and Store
 * Instructions" (RV32I, RV64I, Zca), "Zcb Extension for Additional Compressed
 * Instructions", "Hypervisor Virtual-Machine Load and Store Instructions" and, in
 * Cache-Management Operations, "Hypervisor Extension". Encodings as in riscv-opcodes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum insn_kind {
    INSN_NONE,     /* htinst says nothing we know: fetch the instruction and decode that. */
    INSN_WALK,     /* Not the instruction's own access: the hart walks the guest's page table. */
    INSN_LOAD,     /* Integer load. */
    INSN_STORE,    /* Integer store. */
    INSN_FP_LOAD,  /* Scalar floating-point load, */
    INSN_FP_STORE, /* or store: `reg` is an f register. */
    INSN_CBO,      /* Cache-block management: clean, flush, inval. */
    INSN_CBO_ZERO, /* Cache-block zero. */
    INSN_AMO,      /* AMO, LR, SC. */
    INSN_VECTOR,   /* Vector load or store. */
    INSN_HLV,      /* HLV, HLVX, HSV. */
    INSN_OTHER,    /* None of these: custom, reserved, a shadow-stack access, no access at all. */
};

/*
 * If kind is no load or store, all members but kind and length are 0.
 * Words, not bytes: inlined, each member then lives in a register of its own.
 */
struct insn_access {
    enum insn_kind kind;
    unsigned size;        /* Bytes accessed: 1, 2, 4 or 8. */
    unsigned reg;         /* Load: rd, where x0 still makes the access; store: rs2. */
    unsigned length;      /* Bytes of the instruction: 2 or 4. Says nothing for NONE and WALK. */
    unsigned addr_offset; /* See insn_decode_htinst(); 0 from insn_decode(). */
    bool sign_extend; /* LOAD: its sign is extended; also set for LD, where it changes nothing. */
};

/*
 * The access that `insn` makes. If its bits 1:0 are not 3, only bits 15:0 count.
 * Neither NONE nor WALK. Longer instructions are OTHER with length 4.
 *
 * The address is not decoded, so a misaligned access that begins in the page
 * before the faulting one looks like one that begins at the faulting address.
 */
struct insn_access insn_decode(uint32_t insn);

/* insn_decode_htinst() where it is neither LOAD nor STORE: kept out of the fast path. */
struct insn_access insn_decode_htinst_other(uint64_t htinst);

/* By bit 1: of htinst in every case, of an instruction if bit 0 is set. */
static inline unsigned insn_length(uint64_t insn)
{
    return 2 + ((unsigned)insn & 2);
}

/* Are bits 6:0, where bit 1 is free, and funct3 those of LB to LWU or SB to SD? */
static inline bool insn_is_integer_access(uint64_t insn)
{
    uint64_t last_funct3 = (insn & 0x20) != 0 ? 3 : 6; /* SD, LWU */
    return (insn & 0x5d) == 0x01 && ((insn >> 12) & 7) <= last_funct3;
}

/* The 32-bit encoding of an insn_is_integer_access(), bit 1 of it as in htinst. */
static inline struct insn_access insn_integer_access(uint64_t insn)
{
    bool store = (insn & 0x20) != 0;
    unsigned funct3 = (unsigned)(insn >> 12) & 7;
    return (struct insn_access){
        .kind = store ? INSN_STORE : INSN_LOAD,
        .size = 1u << (funct3 & 3),
        .reg = (unsigned)(insn >> (store ? 20 : 7)) & 31,
        .length = insn_length(insn),
        .sign_extend = !store && funct3 < 4,
    };
}

/*
 * The access that a load or store guest-page fault reports in htinst.
 *
 *   bits 63:32   1:0
 *       0        11    a transformed 32-bit instruction
 *       0        01    the transformed expansion of a 16-bit instruction
 *       0        00    0x2000, 0x2020, 0x3000, 0x3020: WALK; others: NONE
 *      all else        NONE
 *
 * A designated custom encoding gives OTHER; any other encoding that makes no
 * access is one that no hart writes today, and gives NONE, as the manual allows.
 *
 * `addr_offset` is how far the faulting address (stval, htval) lies above the start
 * of the access. If it is not 0, the access is misaligned and its lower bytes are
 * in another page, which did not fault: it is not an access to the device alone.
 */
static inline struct insn_access insn_decode_htinst(uint64_t htinst)
{
    if ((htinst >> 32) != 0 || !insn_is_integer_access(htinst)) {
        return insn_decode_htinst_other(htinst);
    }
    struct insn_access access = insn_integer_access(htinst);
    access.addr_offset = (unsigned)(htinst >> 15) & 31;
    return access;
}

/* The value that a LOAD writes into `reg`; only the low `size` bytes of raw count. */
static inline uint64_t insn_load_value(const struct insn_access *load, uint64_t raw)
{
    uint64_t sign = (uint64_t)1 << (8 * load->size - 1);
    uint64_t value = raw & ((sign << 1) - 1);
    return load->sign_extend ? (value ^ sign) - sign : value;
}

/* The value that an FP_LOAD writes: "NaN Boxing of Narrower Values" into the 64 bits of D. */
static inline uint64_t insn_fp_load_value(const struct insn_access *load, uint64_t raw)
{
    return load->size == 8 ? raw : raw | UINT64_MAX << 8 * load->size;
}

/*
 * The same for a fast path, of the usual htinst alone: a transformed integer load or store,
 * all other fields 0, addr_offset as well. Neither: insn_decode_htinst() knows more.
 *
 *   load    rd << 7 | funct3 << 12, funct3 not 7; bit 1: its length
 *   store   rs2 << 20 | funct3 << 12, funct3 0 to 3; bit 1: its length
 */
static inline bool insn_htinst_is_load(uint64_t htinst)
{
    return (htinst & ~UINT64_C(0x7f82)) == 0x01 && (htinst & 0x7000) != 0x7000;
}

static inline bool insn_htinst_is_lw(uint64_t htinst)
{
    return (htinst & ~UINT64_C(0xf82)) == 0x2001;
}

static inline bool insn_htinst_is_store(uint64_t htinst)
{
    return (htinst & ~UINT64_C(0x1f03002)) == 0x21;
}

static inline uint64_t insn_htinst_size(uint64_t htinst)
{
    return UINT64_C(1) << ((htinst >> 12) & 3);
}

static inline uint64_t insn_htinst_rd(uint64_t htinst)
{
    return (htinst >> 7) & 31;
}

static inline uint64_t insn_htinst_rs2(uint64_t htinst)
{
    return (htinst >> 20) & 31;
}

/* What the load writes into rd, of a value zero-extended from its size. */
static inline uint64_t insn_htinst_load_value(uint64_t htinst, uint64_t value)
{
    bool sign_extend = (htinst & 0x4000) == 0;
    unsigned shift = 64 - (8u << ((htinst >> 12) & 3));
    return sign_extend ? (uint64_t)((int64_t)(value << shift) >> shift) : value;
}
