/* SPDX-License-Identifier: Apache-2.0 */
#include <hyp/arch/insn.h>
#include <prop.h>

#include "insn_table.h"

/* Any word; half of them get a major opcode that accesses memory, which is rare at random. */
static uint32_t draw_insn(void)
{
    static const uint32_t opcodes[] = {0x03, 0x23, 0x07, 0x27, 0x2f, 0x0f, 0x73};
    uint32_t insn = (uint32_t)prop_u64(BIT(32));
    if (prop_u64(2) == 0) {
        return insn;
    }
    return (insn & ~0x7fu) | opcodes[prop_u64(ARRAY_COUNT(opcodes))];
}

static void check_facts(struct insn_access access)
{
    if (insn_is_scalar(access.kind)) {
        PROP_ASSERT(access.size == 1 || access.size == 2 || access.size == 4 || access.size == 8);
        PROP_ASSERT(access.reg < 32 && access.addr_offset < 32);
        PROP_ASSERT(access.kind == INSN_LOAD || !access.sign_extend);
    } else {
        PROP_ASSERT(access.size == 0 && access.reg == 0);
        PROP_ASSERT(access.addr_offset == 0 && !access.sign_extend);
    }
    PROP_ASSERT(access.length == 2 || access.length == 4);
}

/* The fast path decodes htinst as the decoder does. */
static void check_quick(uint64_t htinst)
{
    struct insn_access access = insn_decode_htinst(htinst);
    bool load = insn_htinst_is_load(htinst);
    bool store = insn_htinst_is_store(htinst);
    bool word = access.kind == INSN_LOAD && access.size == 4 && access.sign_extend;
    PROP_ASSERT(insn_htinst_is_lw(htinst) == (load && word));
    if (load || store) {
        PROP_ASSERT(access.kind == (load ? INSN_LOAD : INSN_STORE) && access.addr_offset == 0);
        PROP_ASSERT(access.size == insn_htinst_size(htinst) && access.length == 2 + (htinst & 2));
        PROP_ASSERT(access.reg == (load ? insn_htinst_rd(htinst) : insn_htinst_rs2(htinst)));
    }
    if (load) {
        uint64_t value = UINT64_MAX >> prop_u64(64) >> (64 - 8 * access.size);
        PROP_ASSERT(insn_htinst_load_value(htinst, value) == insn_load_value(&access, value));
    }
}

/* An instruction and its transformation decode as the table says. */
static void check_insn(uint32_t insn)
{
    struct insn_access access = insn_decode(insn);
    check_facts(access);
    PROP_ASSERT(insn_access_is_equal(access, insn_expect(insn)));
    if (insn_is_scalar(access.kind)) {
        unsigned addr_offset = (unsigned)prop_u64(32);
        struct insn_access expected = access;
        expected.addr_offset = addr_offset;
        uint64_t htinst = insn_transform(access, addr_offset);
        PROP_ASSERT(insn_access_is_equal(insn_decode_htinst(htinst), expected));
        htinst = insn_transform(access, 0);
        PROP_ASSERT(insn_htinst_is_load(htinst) == (access.kind == INSN_LOAD));
        PROP_ASSERT(insn_htinst_is_store(htinst) == (access.kind == INSN_STORE));
        check_quick(htinst);
    }
}

/* For any htinst: an access only if the 32-bit encoding is one. */
static void check_htinst(uint64_t htinst)
{
    struct insn_access access = insn_decode_htinst(htinst);
    check_facts(access);
    enum insn_kind kind = insn_expect((uint32_t)htinst | 2).kind;
    if (htinst > UINT32_MAX || (htinst & 1) == 0) {
        PROP_ASSERT(access.kind == INSN_NONE || access.kind == INSN_WALK);
        PROP_ASSERT(access.kind == INSN_NONE || (htinst & ~(uint64_t)0x1020) == 0x2000);
    } else if (kind == INSN_OTHER) {
        PROP_ASSERT(access.kind == INSN_NONE || access.kind == INSN_OTHER);
    } else {
        PROP_ASSERT(access.kind == kind);
    }
}

/* Byte by byte: the register holds the raw bytes, then copies of the sign or zeros. */
static void check_load_value(uint64_t raw)
{
    struct insn_access load = {.kind = INSN_LOAD, .size = 1u << prop_u64(4)};
    load.sign_extend = prop_u64(2) != 0;
    uint64_t value = insn_load_value(&load, raw);
    bool negative = load.sign_extend && ((raw >> (8 * load.size - 1)) & 1) != 0;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t byte = i < load.size ? (raw >> (8 * i)) & 0xff : negative ? 0xff : 0;
        PROP_ASSERT(((value >> (8 * i)) & 0xff) == byte);
    }
}

void prop_run(void)
{
    uint32_t insn = draw_insn();
    uint64_t upper = prop_u64(4) == 0 ? prop_u64(BIT(32)) : 0;
    check_insn(insn);
    check_htinst(upper << 32 | insn);
    check_quick(upper << 32 | insn);
    check_load_value(upper << 32 | insn);
}
