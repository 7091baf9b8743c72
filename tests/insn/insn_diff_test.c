/* SPDX-License-Identifier: Apache-2.0 */
/*
 * insn_decode() against binutils: what objdump says of accesses.S, line by line.
 *
 *     insn_diff_test DUMP      made by objdump -d -M no-aliases,numeric
 *
 * Binutils before 2.41 do not know Zcb; insn_test.c compares that with the published table.
 */
#include <hyp/arch/insn.h>
#include <hyp/base/bits.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct mnemonic {
    const char *name; /* Whole; or, with a `*`, how it begins. */
    enum insn_kind kind;
    unsigned size;
    bool sign_extend;
    unsigned least; /* So many lines must have it, or the dump is not what we think. */
};

static const struct mnemonic mnemonics[] = {
    {"lb", INSN_LOAD, 1, true, 160},
    {"lh", INSN_LOAD, 2, true, 160},
    {"lw", INSN_LOAD, 4, true, 160},
    {"ld", INSN_LOAD, 8, true, 160},
    {"lbu", INSN_LOAD, 1, false, 160},
    {"lhu", INSN_LOAD, 2, false, 160},
    {"lwu", INSN_LOAD, 4, false, 160},
    {"sb", INSN_STORE, 1, false, 160},
    {"sh", INSN_STORE, 2, false, 160},
    {"sw", INSN_STORE, 4, false, 160},
    {"sd", INSN_STORE, 8, false, 160},
    {"c.lw", INSN_LOAD, 4, true, 2048 + 128},
    {"c.ld", INSN_LOAD, 8, true, 2048 + 128},
    {"c.lwsp", INSN_LOAD, 4, true, 31 * 64 + 62},
    {"c.ldsp", INSN_LOAD, 8, true, 31 * 64 + 62},
    {"c.sw", INSN_STORE, 4, false, 2048 + 128},
    {"c.sd", INSN_STORE, 8, false, 2048 + 128},
    {"c.swsp", INSN_STORE, 4, false, 2048 + 63},
    {"c.sdsp", INSN_STORE, 8, false, 2048 + 63},
    {"c.lbu", INSN_LOAD, 1, false, 0},
    {"c.lhu", INSN_LOAD, 2, false, 0},
    {"c.lh", INSN_LOAD, 2, true, 0},
    {"c.sb", INSN_STORE, 1, false, 0},
    {"c.sh", INSN_STORE, 2, false, 0},
    {"flh", INSN_FP_LOAD, 2, false, 160},
    {"flw", INSN_FP_LOAD, 4, false, 160},
    {"fld", INSN_FP_LOAD, 8, false, 160},
    {"fsh", INSN_FP_STORE, 2, false, 160},
    {"fsw", INSN_FP_STORE, 4, false, 160},
    {"fsd", INSN_FP_STORE, 8, false, 160},
    {"c.fld", INSN_FP_LOAD, 8, false, 2048},
    {"c.fsd", INSN_FP_STORE, 8, false, 2048},
    {"c.fldsp", INSN_FP_LOAD, 8, false, 2048},
    {"c.fsdsp", INSN_FP_STORE, 8, false, 2048},
    {"lr.*", INSN_AMO, 0, false, 8},
    {"sc.*", INSN_AMO, 0, false, 8},
    {"amo*", INSN_AMO, 0, false, 9 * 8},
    {"vl*", INSN_VECTOR, 0, false, 4 * 7 + 1},
    {"vs*", INSN_VECTOR, 0, false, 4 * 5 + 2},
    {"cbo.zero", INSN_CBO_ZERO, 0, false, 2},
    {"cbo.*", INSN_CBO, 0, false, 6},
    {"hlv*", INSN_HLV, 0, false, 18},
    {"hsv*", INSN_HLV, 0, false, 8},
    {"*", INSN_OTHER, 0, false, 20000},
};

static size_t mnemonic_find(const char *name)
{
    size_t i = 0;
    for (; i < ARRAY_COUNT(mnemonics) - 1; i++) {
        size_t length = strcspn(mnemonics[i].name, "*");
        bool is_prefix = mnemonics[i].name[length] == '*';
        if (is_prefix ? strncmp(name, mnemonics[i].name, length) == 0
                      : strcmp(name, mnemonics[i].name) == 0) {
            break;
        }
    }
    return i;
}

static void check_line(const char *line, uint32_t insn, const struct mnemonic *mnemonic,
                       const char *operands)
{
    unsigned reg = 0;
    if (mnemonic->size != 0) {
        bool is_fp = mnemonic->kind == INSN_FP_LOAD || mnemonic->kind == INSN_FP_STORE;
        assert_int_equal(sscanf(operands, is_fp ? "f%u" : "x%u", &reg), 1);
    }
    struct insn_access access = insn_decode(insn);
    if (access.kind != mnemonic->kind || access.size != mnemonic->size || access.reg != reg ||
        access.sign_extend != mnemonic->sign_extend || access.addr_offset != 0 ||
        access.length != ((insn & 3) == 3 ? 4 : 2)) {
        fail_msg("kind %d size %u x%u length %u sign %d, but: %s", (int)access.kind, access.size,
                 access.reg, access.length, (int)access.sign_extend, line);
    }
}

/* ADDRESS:<tab>HEX<spaces><tab>MNEMONIC[<tab>OPERANDS] */
static void test_agrees_with_objdump(void **state)
{
    unsigned seen[ARRAY_COUNT(mnemonics)] = {0};
    char line[256];
    FILE *dump = fopen(*state, "r");
    assert_non_null(dump);
    while (fgets(line, sizeof(line), dump) != NULL) {
        int digits_at = 0;
        int digits_end = 0;
        unsigned insn = 0;
        char name[32];
        char operands[64] = "";
        int fields =
            sscanf(line, "%*x:\t%n%x%n %31s %63s", &digits_at, &insn, &digits_end, name, operands);
        if (fields < 2) {
            continue; /* A heading. */
        }
        assert_int_equal(digits_end - digits_at, (insn & 3) == 3 ? 8 : 4);
        if (name[0] == '.' && (insn & 0xe003) == 0x8000) {
            continue; /* Zcb. */
        }
        size_t i = mnemonic_find(name);
        seen[i]++;
        check_line(line, insn, &mnemonics[i], operands);
    }
    assert_int_equal(fclose(dump), 0);
    for (size_t i = 0; i < ARRAY_COUNT(mnemonics); i++) {
        if (seen[i] < mnemonics[i].least) {
            fail_msg("only %u lines with %s", seen[i], mnemonics[i].name);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s DUMP\n", argv[0]);
        return 2;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_agrees_with_objdump, argv[1]),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
