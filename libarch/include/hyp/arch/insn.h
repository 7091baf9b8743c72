/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decodes a guest's load or store to an emulated device: its size, its extension and its register,
 * from htinst or from the instruction itself.
 *
 * All integer loads and stores of RVA23 are decoded (32-bit, compressed, Zcb), and all scalar
 * floating-point ones (F, D, Zfhmin, Zcd). Other memory accesses are only classified by kind, by
 * major opcode and width, so that the caller can refuse them. FLQ and FSQ are OTHER: RVA23 does not
 * include Q.
 *
 * Pure: defined for any bit pattern; no CSR and no memory is touched. RV64 only: the encodings of
 * c.flw and its like in RV32 mean c.ld here. An encoding that Zcmp and c.fsdsp share is c.fsdsp:
 * RVA23 includes D.
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
    INSN_NONE,     /* htinst does not describe the access: decode the instruction itself. */
    INSN_WALK,     /* Implicit access: the hart walks the guest's page table. */
    INSN_LOAD,     /* Integer load. */
    INSN_STORE,    /* Integer store. */
    INSN_FP_LOAD,  /* Scalar floating-point load: `reg` is an f register. */
    INSN_FP_STORE, /* Scalar floating-point store. */
    INSN_CBO,      /* Cache-block management: clean, flush, inval. */
    INSN_CBO_ZERO, /* Cache-block zero. */
    INSN_AMO,      /* AMO, LR, SC. */
    INSN_VECTOR,   /* Vector load or store. */
    INSN_HLV,      /* HLV, HLVX, HSV. */
    INSN_OTHER,    /* Custom, reserved, a shadow-stack access, or no access at all. */
};

/* A decoded access. If kind is no load or store, all members but kind and length are 0. */
struct insn_access {
    enum insn_kind kind;
    unsigned size;        /* Bytes accessed: 1, 2, 4 or 8. */
    unsigned reg;         /* Load: rd; a load to x0 still accesses the device. Store: rs2. */
    unsigned length;      /* Bytes of the instruction: 2 or 4. Undefined for NONE and WALK. */
    unsigned addr_offset; /* See insn_decode_htinst(); 0 from insn_decode(). */
    bool sign_extend;     /* LOAD only; also true for LD, where it has no effect. */
};

/*
 * Decodes an instruction. If its bits 1:0 are not 3, only bits 15:0 count. The kind is never NONE
 * or WALK; instructions of more than 32 bits are OTHER with length 4.
 *
 * The address is not decoded, so a misaligned access that begins in the page before the faulting
 * one cannot be told from an access that begins at the faulting address.
 */
struct insn_access insn_decode(uint32_t insn);

/*
 * Decodes the htinst of a load or store guest-page fault.
 *
 *   bits 63:32   1:0
 *       0        11    a transformed 32-bit instruction
 *       0        01    the transformed expansion of a 16-bit instruction
 *       0        00    0x2000, 0x2020, 0x3000, 0x3020: WALK; others: NONE
 *      all else        NONE
 *
 * A designated custom encoding is OTHER. Any other encoding that is no access is NONE: no hart
 * writes it today, and the manual allows harts to write others later.
 *
 * `addr_offset` is the distance from the start of the access to the faulting address (stval,
 * htval). If it is not 0, the access is misaligned and its lower bytes are in another page, which
 * did not fault: the access is not to the device alone.
 */
struct insn_access insn_decode_htinst(uint64_t htinst);

/* The value that a LOAD writes to `reg`. Only the low `size` bytes of `raw` count. */
static inline uint64_t insn_load_value(const struct insn_access *load, uint64_t raw)
{
    uint64_t sign = (uint64_t)1 << (8 * load->size - 1);
    uint64_t value = raw & ((sign << 1) - 1);
    return load->sign_extend ? (value ^ sign) - sign : value;
}

/* The value that an FP_LOAD writes to `reg`: "NaN Boxing of Narrower Values" in the 64 bits of D.
 */
static inline uint64_t insn_fp_load_value(const struct insn_access *load, uint64_t raw)
{
    return load->size == 8 ? raw : raw | UINT64_MAX << 8 * load->size;
}

/*
 * The fast path decodes the most frequent values of htinst without insn_decode_htinst():
 * transformed integer loads and stores whose other fields are 0, addr_offset included.
 *
 *   load    rd << 7 | funct3 << 12, funct3 not 7; bit 1 is set for a 32-bit instruction
 *   store   rs2 << 20 | funct3 << 12, funct3 0 to 3; bit 1 as above
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

/* The value that the load writes to rd. `value` is zero-extended from the size of the load. */
static inline uint64_t insn_htinst_load_value(uint64_t htinst, uint64_t value)
{
    bool sign_extend = (htinst & 0x4000) == 0;
    unsigned shift = 64 - (8u << ((htinst >> 12) & 3));
    return sign_extend ? (uint64_t)((int64_t)(value << shift) >> shift) : value;
}
