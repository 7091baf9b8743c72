/* SPDX-License-Identifier: Apache-2.0 */
#include <hyp/arch/insn.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "insn_table.h"

static void expect_access(const char *name, uint64_t insn, struct insn_access actual,
                          struct insn_access expected)
{
    if (!insn_access_is_equal(actual, expected)) {
        fail_msg("%s %#llx: kind %d size %u reg x%u length %u offset %u sign %d", name,
                 (unsigned long long)insn, (int)actual.kind, actual.size, actual.reg, actual.length,
                 actual.addr_offset, (int)actual.sign_extend);
    }
}

/* Each row with its free bits all 0, all 1, and every one of them alone. */
static void test_every_row(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_COUNT(insn_rows); i++) {
        const struct insn_row *row = &insn_rows[i];
        uint32_t free_bits = ~row->mask & ((row->match & 3) == 3 ? UINT32_MAX : UINT16_MAX);
        for (unsigned bit = 0; bit < 34; bit++) {
            uint32_t choice = bit < 32 ? 1u << bit : bit == 32 ? 0 : UINT32_MAX;
            uint32_t insn = row->match | (choice & free_bits);
            struct insn_access access = insn_decode(insn);
            expect_access(row->name, insn, access, insn_expect(insn));
            if (!row->reg_not_x0) {
                assert_int_equal(access.kind, row->kind);
            }
        }
    }
}

/* All three quadrants of all 65536 halfwords, and the same below any upper half. */
static void test_every_halfword(void **state)
{
    (void)state;
    unsigned loads = 0;
    unsigned stores = 0;
    unsigned fp_loads = 0;
    unsigned fp_stores = 0;
    for (uint32_t insn = 0; insn <= UINT16_MAX; insn++) {
        if ((insn & 3) == 3) {
            continue;
        }
        struct insn_access access = insn_decode(insn);
        expect_access("halfword", insn, access, insn_expect(insn));
        expect_access("upper half", insn, insn_decode(insn | 0x55aa0000), access);
        expect_access("upper half", insn, insn_decode(insn | 0xaa550000), access);
        loads += access.kind == INSN_LOAD;
        stores += access.kind == INSN_STORE;
        fp_loads += access.kind == INSN_FP_LOAD;
        fp_stores += access.kind == INSN_FP_STORE;
    }
    /* c.lw, c.ld; c.lwsp, c.ldsp without x0; c.lbu, c.lhu, c.lh. */
    assert_int_equal(loads, 2 * 2048 + 2 * 31 * 64 + 256 + 2 * 128);
    /* c.sw, c.sd, c.swsp, c.sdsp; c.sb, c.sh. */
    assert_int_equal(stores, 4 * 2048 + 256 + 128);
    /* c.fld, c.fldsp; c.fsd, c.fsdsp: no register is reserved. */
    assert_int_equal(fp_loads, 2 * 2048);
    assert_int_equal(fp_stores, 2 * 2048);
}

/* Reserved and other encodings that share most bits with an access. */
static void test_neighbours_are_other(void **state)
{
    (void)state;
    static const uint32_t words[] = {
        0x00007003, /* LOAD, funct3 7 */
        0x00004023, /* STORE, funct3 4 */
        0x00007023, /* STORE, funct3 7 */
        0x0000502f, /* AMO, funct3 5 */
        0x0030200f, /* CBO, operation 3 */
        0x0050200f, /* CBO, operation 5 */
        0x0000208f, /* CBO, rd = x1 */
        0x0ff0000f, /* fence */
        0x0000100f, /* fence.i */
        0x60304073, /* HLVX of a byte */
        0x60204073, /* HLV, rs2 = 2 */
        0x20004073, /* SYSTEM, funct3 4, bits 31:28 not 6 */
        0x6c104073, /* HLV.DU */
        0x6c304073, /* HLVX of a doubleword */
        0x620040f3, /* HSV.B, rd = x1 */
        0x62000073, /* hfence.gvma */
        0x81c04073, /* mop.r.0 */
        0x00000073, /* ecall */
        0x10500073, /* wfi */
        0x00000013, /* nop */
        0x0000000b, /* custom-0 */
        0x0000002b, /* custom-1 */
        0x0000005b, /* custom-2 */
        0x0000007b, /* custom-3 */
        0x0000001f, /* 48-bit */
        0xffffffff, /* 192-bit and longer */
        0x00000000, /* defined illegal */
        0x00004002, /* c.lwsp x0 */
        0x00006002, /* c.ldsp x0 */
        0x00008c40, /* Zcb, beside c.sh */
        0x00009000, /* Zcb, funct6 100100 */
        0x00006081, /* c.mop.1: c.sspush x1 with Zicfiss */
    };
    for (unsigned i = 0; i < ARRAY_COUNT(words); i++) {
        struct insn_access access = insn_decode(words[i]);
        struct insn_access other = {.kind = INSN_OTHER, .length = (words[i] & 3) == 3 ? 4 : 2};
        expect_access("neighbour", words[i], access, other);
    }
}

/* Every scalar access with every register and offset, transformed as in the manual. */
static void test_htinst_transformed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_COUNT(insn_rows); i++) {
        const struct insn_row *row = &insn_rows[i];
        if (!insn_is_scalar(row->kind)) {
            continue;
        }
        for (unsigned n = 0; n < 1024; n++) {
            uint32_t reg = (n & 31) & ((1u << row->reg_bits) - 1);
            struct insn_access expected = insn_expect(row->match | reg << row->reg_lo);
            if (expected.kind == INSN_OTHER) {
                continue; /* c.lwsp x0 */
            }
            expected.addr_offset = n >> 5;
            uint64_t htinst = insn_transform(expected, n >> 5);
            expect_access(row->name, htinst, insn_decode_htinst(htinst), expected);
        }
    }
}

/* Written by hand from the manual's figures, independent of the table. */
static void test_htinst_samples(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t htinst;
        struct insn_access expected;
    } samples[] = {
        {"lw a0", 0x00002503, {INSN_LOAD, 4, 10, 4, 0, true}},
        {"c.lw a0", 0x00002501, {INSN_LOAD, 4, 10, 2, 0, true}},
        {"lbu s11", 0x00004d83, {INSN_LOAD, 1, 27, 4, 0, false}},
        {"c.lbu a5", 0x00004781, {INSN_LOAD, 1, 15, 2, 0, false}},
        {"ld zero", 0x00003003, {INSN_LOAD, 8, 0, 4, 0, true}},
        {"ld a0, 3 bytes on", 0x0001b503, {INSN_LOAD, 8, 10, 4, 3, true}},
        {"sd t6, 7 bytes on", 0x01f3b023, {INSN_STORE, 8, 31, 4, 7, false}},
        {"c.sw a1", 0x00b02021, {INSN_STORE, 4, 11, 2, 0, false}},
        {"sb zero", 0x00000023, {INSN_STORE, 1, 0, 4, 0, false}},
        {"lw a0, with later hints", 0xfff02503, {INSN_LOAD, 4, 10, 4, 0, true}},
        {"sw a1, with later hints", 0xfeb02fa3, {INSN_STORE, 4, 11, 4, 0, false}},
        {"lr.w", 0x1000252f, {INSN_AMO, 0, 0, 4, 0, false}},
        {"amoadd.d, 1 byte on", 0x00b0b52f, {INSN_AMO, 0, 0, 4, 0, false}},
        {"flw fa0", 0x00002507, {INSN_FP_LOAD, 4, 10, 4, 0, false}},
        {"c.fld fa0", 0x00003505, {INSN_FP_LOAD, 8, 10, 2, 0, false}},
        {"c.fsd fa1", 0x00b03025, {INSN_FP_STORE, 8, 11, 2, 0, false}},
        {"fsh ft11, 1 byte on", 0x01f09027, {INSN_FP_STORE, 2, 31, 4, 1, false}},
        {"cbo.flush", 0x0020200f, {INSN_CBO, 0, 0, 4, 0, false}},
        {"vle64.v", 0x02007407, {INSN_VECTOR, 0, 0, 4, 0, false}},
        {"cbo.zero", 0x0040200f, {INSN_CBO_ZERO, 0, 0, 4, 0, false}},
        {"hsv.d", 0x6ea04073, {INSN_HLV, 0, 0, 4, 0, false}},
        {"custom-0", 0x0000000b, {INSN_OTHER, 0, 0, 4, 0, false}},
        {"custom-1", 0x0000002b, {INSN_OTHER, 0, 0, 4, 0, false}},
        {"custom-2", 0x0000005b, {INSN_OTHER, 0, 0, 4, 0, false}},
        {"custom-3", 0x00000079, {INSN_OTHER, 0, 0, 2, 0, false}},
    };
    for (unsigned i = 0; i < ARRAY_COUNT(samples); i++) {
        uint64_t htinst = samples[i].htinst;
        expect_access(samples[i].name, htinst, insn_decode_htinst(htinst), samples[i].expected);
    }
}

static void test_htinst_walk_and_none(void **state)
{
    (void)state;
    static const uint64_t walks[] = {0x2000, 0x2020, 0x3000, 0x3020};
    for (unsigned i = 0; i < ARRAY_COUNT(walks); i++) {
        assert_int_equal(insn_decode_htinst(walks[i]).kind, INSN_WALK);
        assert_int_equal(insn_decode_htinst(walks[i] | BIT(32)).kind, INSN_NONE);
    }
    static const uint64_t nones[] = {
        /* Bits 1:0 are 0, but not a walk. */
        0,
        0x1000,
        0x2040,
        0x4000,
        /* Bits 1:0 are 2. */
        0x2002,
        0x2502,
        0x2506,
        0xfffffffe,
        /* add, which makes no access; reserved; longer encodings. */
        0x33,
        0x31,
        0x7003,
        0x4023,
        0x1f,
        0xffffffff,
        /* flq, fsq. */
        0x4507,
        0xb04027,
        /* Bits 63:32 are not 0, below them lw, flw, custom-0 or nothing. */
        BIT(32) + 0x2503,
        BIT(32) + 0x2507,
        BIT(63) + 0x0b,
        BIT(32),
        UINT64_MAX,
    };
    for (unsigned i = 0; i < ARRAY_COUNT(nones); i++) {
        struct insn_access access = insn_decode_htinst(nones[i]);
        assert_int_equal(access.kind, INSN_NONE);
        assert_int_equal(access.size | access.reg | access.addr_offset | access.sign_extend, 0);
    }
}

static void test_load_value(void **state)
{
    (void)state;
    static const struct {
        unsigned size;
        bool sign_extend;
        uint64_t raw;
        uint64_t value;
    } rows[] = {
        {1, false, 0x0123456789abcdef, 0xef},
        {1, true, 0x0123456789abcdef, 0xffffffffffffffef},
        {1, true, 0xffffffffffffff7f, 0x7f},
        {1, true, 0x80, 0xffffffffffffff80},
        {2, false, 0x0123456789abcdef, 0xcdef},
        {2, true, 0x0123456789abcdef, 0xffffffffffffcdef},
        {2, true, 0xffffffffffff7fff, 0x7fff},
        {2, true, 0x8000, 0xffffffffffff8000},
        {4, false, 0x0123456789abcdef, 0x89abcdef},
        {4, true, 0x0123456789abcdef, 0xffffffff89abcdef},
        {4, true, 0xffffffff7fffffff, 0x7fffffff},
        {4, true, 0x80000000, 0xffffffff80000000},
        {8, true, 0x0123456789abcdef, 0x0123456789abcdef},
        {8, true, 0xfedcba9876543210, 0xfedcba9876543210},
        {8, false, 0xfedcba9876543210, 0xfedcba9876543210},
    };
    for (unsigned i = 0; i < ARRAY_COUNT(rows); i++) {
        struct insn_access load = {
            .kind = INSN_LOAD, .size = rows[i].size, .sign_extend = rows[i].sign_extend};
        assert_int_equal(insn_load_value(&load, rows[i].raw), rows[i].value);
    }
}

static void test_fp_load_value(void **state)
{
    (void)state;
    static const struct {
        unsigned size;
        uint64_t raw;
        uint64_t value;
    } rows[] = {
        {2, 0x3c00, 0xffffffffffff3c00},
        {4, 0x3f800000, 0xffffffff3f800000},
        {4, 0xbf800000, 0xffffffffbf800000},
        {8, 0x3ff0000000000000, 0x3ff0000000000000},
        {8, 0xffffffffffffffff, 0xffffffffffffffff},
    };
    for (unsigned i = 0; i < ARRAY_COUNT(rows); i++) {
        struct insn_access load = {.kind = INSN_FP_LOAD, .size = rows[i].size};
        assert_int_equal(insn_fp_load_value(&load, rows[i].raw), rows[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row),
        cmocka_unit_test(test_every_halfword),
        cmocka_unit_test(test_neighbours_are_other),
        cmocka_unit_test(test_htinst_transformed),
        cmocka_unit_test(test_htinst_samples),
        cmocka_unit_test(test_htinst_walk_and_none),
        cmocka_unit_test(test_load_value),
        cmocka_unit_test(test_fp_load_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
