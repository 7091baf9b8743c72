/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes loads and stores from htinst or from the instruction. */
#include <hyp/arch/insn.h>

#include <hyp/base/types.h>

/* Major opcodes, bits 6:0. */
enum {
    OP_LOAD_FP = 0x07,
    OP_CUSTOM_0 = 0x0b,
    OP_MISC_MEM = 0x0f,
    OP_STORE_FP = 0x27,
    OP_CUSTOM_1 = 0x2b,
    OP_AMO = 0x2f,
    OP_CUSTOM_2 = 0x5b,
    OP_SYSTEM = 0x73,
    OP_CUSTOM_3 = 0x7b,
};

/* Compressed instructions: bits 1:0 (quadrant) above bits 15:13 (funct3). */
enum {
    C_FLD = 0x01,
    C_LW = 0x02,
    C_LD = 0x03,
    C_ZCB = 0x04,
    C_FSD = 0x05,
    C_SW = 0x06,
    C_SD = 0x07,
    C_FLDSP = 0x11,
    C_LWSP = 0x12,
    C_LDSP = 0x13,
    C_FSDSP = 0x15,
    C_SWSP = 0x16,
    C_SDSP = 0x17,
};

static uint32_t field(uint32_t insn, unsigned lo, unsigned width)
{
    return (insn >> lo) & ((1u << width) - 1);
}

/* An access that is not decoded further: the caller refuses it. */
static struct insn_access refused(enum insn_kind kind, unsigned length)
{
    return (struct insn_access){.kind = kind, .length = length};
}

/* Bit 1 gives the length: in htinst always, in an instruction if bit 0 is set. */
static unsigned insn_length(uint64_t insn)
{
    return 2 + ((unsigned)insn & 2);
}

/* True if bits 6:0 (bit 1 is ignored) and funct3 are those of LB to LWU or SB to SD. */
static bool is_integer_access(uint64_t insn)
{
    uint64_t last_funct3 = (insn & 0x20) != 0 ? 3 : 6; /* SD, LWU */
    return (insn & 0x5d) == 0x01 && ((insn >> 12) & 7) <= last_funct3;
}

/* Decodes the 32-bit encoding of an integer access; bit 1 gives the length as in htinst. */
static struct insn_access integer_access(uint64_t insn)
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

static struct insn_access c_load(unsigned size, bool sign_extend, uint32_t rd)
{
    return (struct insn_access){
        .kind = INSN_LOAD, .size = size, .reg = rd, .length = 2, .sign_extend = sign_extend};
}

static struct insn_access c_store(unsigned size, uint32_t rs2)
{
    return (struct insn_access){.kind = INSN_STORE, .size = size, .reg = rs2, .length = 2};
}

static struct insn_access c_fp(enum insn_kind kind, uint32_t reg)
{
    return (struct insn_access){.kind = kind, .size = 8, .reg = reg, .length = 2};
}

/* c.lwsp and c.ldsp reserve rd = x0; LW and LD to x0 are loads. */
static struct insn_access c_load_sp(unsigned size, uint32_t insn)
{
    uint32_t rd = field(insn, 7, 5);
    return rd != 0 ? c_load(size, true, rd) : refused(INSN_OTHER, 2);
}

static struct insn_access decode_zcb(uint32_t insn)
{
    uint32_t reg = 8 + field(insn, 2, 3);
    bool bit6 = field(insn, 6, 1) != 0;
    switch (field(insn, 10, 3)) {
    case 0: return c_load(1, false, reg);
    case 1: return c_load(2, bit6, reg);
    case 2: return c_store(1, reg);
    case 3: return !bit6 ? c_store(2, reg) : refused(INSN_OTHER, 2);
    default: return refused(INSN_OTHER, 2);
    }
}

static struct insn_access decode_16(uint32_t insn)
{
    uint32_t reg_prime = 8 + field(insn, 2, 3);
    uint32_t rs2_sp = field(insn, 2, 5);
    switch (field(insn, 0, 2) << 3 | field(insn, 13, 3)) {
    case C_LW: return c_load(4, true, reg_prime);
    case C_LD: return c_load(8, true, reg_prime);
    case C_SW: return c_store(4, reg_prime);
    case C_SD: return c_store(8, reg_prime);
    case C_LWSP: return c_load_sp(4, insn);
    case C_LDSP: return c_load_sp(8, insn);
    case C_SWSP: return c_store(4, rs2_sp);
    case C_SDSP: return c_store(8, rs2_sp);
    case C_ZCB: return decode_zcb(insn);
    case C_FLD: return c_fp(INSN_FP_LOAD, reg_prime);
    case C_FSD: return c_fp(INSN_FP_STORE, reg_prime);
    case C_FLDSP: return c_fp(INSN_FP_LOAD, field(insn, 7, 5));
    case C_FSDSP: return c_fp(INSN_FP_STORE, rs2_sp);
    default: return refused(INSN_OTHER, 2);
    }
}

static enum insn_kind kind_of_misc_mem(uint32_t insn)
{
    uint32_t operation = field(insn, 20, 12);
    if (field(insn, 7, 8) != 2u << 5) {
        return INSN_OTHER;
    }
    switch (operation) {
    case 0: /* inval, clean, flush */
    case 1:
    case 2: return INSN_CBO;
    case 4: return INSN_CBO_ZERO;
    default: return INSN_OTHER;
    }
}

/* Bits 31:28 = 0110, 27:26 width, 25 store; rs2 of a load: 0 signed, 1 unsigned, 3 HLVX. */
static bool is_hlv(uint32_t insn)
{
    uint32_t width = field(insn, 26, 2);
    uint32_t rs2 = field(insn, 20, 5);
    if (field(insn, 28, 4) != 6 || field(insn, 12, 3) != 4) {
        return false;
    }
    if (field(insn, 25, 1) != 0) {
        return field(insn, 7, 5) == 0;
    }
    return rs2 == 0 || (rs2 == 1 && width != 3) || (rs2 == 3 && (width == 1 || width == 2));
}

/*
 * LOAD-FP and STORE-FP have the fields of integer accesses, and the same codes for 16, 32 and 64
 * bits. Width 4 is FLQ or FSQ; a vector access has width 0, 5, 6 or 7.
 */
static struct insn_access fp_access(uint32_t insn)
{
    uint32_t width = field(insn, 12, 3);
    if (width == 0 || width > 3) {
        return refused(width == 4 ? INSN_OTHER : INSN_VECTOR, insn_length(insn));
    }
    struct insn_access access = integer_access(insn);
    access.kind = access.kind == INSN_LOAD ? INSN_FP_LOAD : INSN_FP_STORE;
    access.sign_extend = false;
    return access;
}

/* The kind of a 32-bit instruction other than a scalar load or store. */
static enum insn_kind kind_of_32(uint32_t insn)
{
    switch (field(insn, 0, 7)) {
    case OP_AMO: return field(insn, 12, 3) <= 4 ? INSN_AMO : INSN_OTHER; /* B, H, W, D, Q */
    case OP_MISC_MEM: return kind_of_misc_mem(insn);
    case OP_SYSTEM: return is_hlv(insn) ? INSN_HLV : INSN_OTHER;
    default: return INSN_OTHER;
    }
}

static bool is_fp(uint32_t insn)
{
    return field(insn, 0, 7) == OP_LOAD_FP || field(insn, 0, 7) == OP_STORE_FP;
}

HYP_COLD struct insn_access insn_decode(uint32_t insn)
{
    if (field(insn, 0, 2) != 3) {
        return decode_16(insn);
    }
    if (is_integer_access(insn)) {
        return integer_access(insn);
    }
    return is_fp(insn) ? fp_access(insn) : refused(kind_of_32(insn), 4);
}

static bool is_custom(uint32_t insn)
{
    uint32_t opcode = field(insn, 0, 7);
    return opcode == OP_CUSTOM_0 || opcode == OP_CUSTOM_1 || opcode == OP_CUSTOM_2 ||
           opcode == OP_CUSTOM_3;
}

HYP_COLD struct insn_access insn_decode_htinst(uint64_t htinst)
{
    unsigned length = insn_length(htinst);
    struct insn_access access;
    switch (htinst) {
    case 0x2000: /* Implicit read and write of RV32, implicit read and write of RV64. */
    case 0x2020:
    case 0x3000:
    case 0x3020: return refused(INSN_WALK, length);
    default: break;
    }
    if ((htinst >> 32) != 0) {
        return refused(INSN_NONE, length);
    }
    uint32_t insn = (uint32_t)htinst | 2; /* With bit 0 clear this equals no opcode below. */
    if (is_integer_access(htinst)) {
        access = integer_access(htinst);
        access.addr_offset = field(insn, 15, 5);
        return access;
    }
    if (is_fp(insn)) {
        access = fp_access(insn);
        access.length = length;
        access.addr_offset = access.size != 0 ? field(insn, 15, 5) : 0;
        access.kind = access.kind == INSN_OTHER ? INSN_NONE : access.kind;
        return access;
    }
    enum insn_kind kind = kind_of_32(insn);
    return refused(kind != INSN_OTHER || is_custom(insn) ? kind : INSN_NONE, length);
}
