/* SPDX-License-Identifier: Apache-2.0 */
/* ISA strings of real trees, and malformed ones. */
#include "machine_isa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct text {
    const char *text;
    const char *names; /* Expected, beside H; separated by blanks. */
    bool h;
};

#define I "i zicntr zicsr zifencei zihpm "
#define IMAC I "m a c "
#define G I "m a f d "

static uint64_t set_of(const char *names)
{
    uint64_t set = 0;
    while (*names != 0) {
        size_t n = strcspn(names, " ");
        enum guest_isa ext = guest_isa_find(names, n);
        assert_true(ext < GUEST_ISA_COUNT);
        set |= BIT(ext);
        names += n + (names[n] == ' ' ? 1 : 0);
    }
    return set;
}

/* Reads a copy that ends with the value, so that ASan finds a read behind it. */
static void check_text(const struct text *t, size_t length, bool is_names)
{
    char *copy = malloc(length + 1);
    memcpy(copy + 1, t->text, length);
    struct machine_isa isa =
        is_names ? machine_isa_of_names(copy + 1, length) : machine_isa_of_string(copy + 1, length);
    free(copy);
    if (isa.set != set_of(t->names) || isa.h != t->h) {
        print_error("%s\n", t->text);
    }
    assert_int_equal(isa.set, set_of(t->names));
    assert_int_equal(isa.h, t->h);
}

static void test_strings(void **state)
{
    static const struct text texts[] = {
        {"rv64imafdch_zicbom_sstc", IMAC "f d zicbom sstc", true},
        /* The first name of several letters needs no underscore, and its letters are no extensions.
         */
        {"rv64imafdchsvinval_sstc", IMAC "f d svinval sstc", true},
        {"rv64imafdczihintpause_sstc", IMAC "f d zihintpause sstc", false},
        {"rv64imacsvinval", IMAC "svinval", false},
        {"rv64imaczicbom_zba", IMAC "zicbom zba", false},
        {"rv64imacxtheadvdot_zba_h", IMAC "zba", true},
        {"rv64imac_xhv_zba", IMAC "zba", false},
        {"rv64imacshcounterenw_ssccptr", IMAC, false},
        {"rv64imac_smaia_ssaia", IMAC "ssaia", false},
        /* Letters that stand for others. */
        {"rv64g", G, false},
        {"rv64gc", G "c", false},
        {"rv64gcvh", G "c v", true},
        {"rv64ghc_zba", G "c zba", true},
        {"rv64imad", I "m a d f", false},
        {"rv64imaq", I "m a d f", false},
        {"rv64imav", I "m a d f v", false},
        /* Versions. */
        {"rv64i2p1m2p0", I "m", false},
        {"rv64i2p1_m2p0_a2p1_f2p2_d2p2_c2p0_h1p0_zicsr2p0", IMAC "f d zicsr", true},
        {"rv64i2m2a2f2d2c2h1", IMAC "f d", true},
        {"rv64g2p0c2p0", G "c", false},
        {"rv64imac_svinval1p0_sstc1_zba1p0", IMAC "svinval sstc zba", false},
        {"rv64imacsvinval1p0_sstc10p11", IMAC "svinval sstc", false},
        {"rv64i2p0_p_h", I, true},
        {"rv64i2pm2ph1", I "m", true},
        {"rv64imac_zicsr2_zifencei2p0h", IMAC "zicsr", false},
        {"rv64imac_zve64d_zve32x_zvl128b1p0_sv39_ss1p12", IMAC, false},
        {"rv64imac_zbap_zba1p", IMAC, false},
        {"rv64imac_1p0_zba", IMAC "zba", false},
        {"rv64imac_z_s_x_zba", IMAC "zba", false},
        {"rv64imac_zp0_s1p1_x1", IMAC, false},
        /* Underscores. */
        {"rv64ima_f_d_c_h", IMAC "f d", true},
        {"rv64i__ma___c_", IMAC, false},
        {"rv64_i_m_a_c", IMAC, false},
        {"rv64imac__zba__sstc_", IMAC "zba sstc", false},
        /* Any case. */
        {"RV64IMAFDCH_Zicbom_SSTC", IMAC "f d zicbom sstc", true},
        {"rv64GCSvinval1P0", G "c svinval", false},
        /* Twice, unknown, out of order. */
        {"rv64imacc_zba_zba", IMAC "zba", false},
        {"rv64himac_sstc_zba", IMAC "sstc zba", true},
        {"rv64imacjknotwy_zfoo_zbaz_zb", IMAC, false},
        {"rv64imac-h", IMAC, true},
        /* Old trees list supervisor and user mode as letters. */
        {"rv64imafdcsu", IMAC "f d", false},
        {"rv64imafdcsuh", IMAC "f d", true},
        {"rv64imacsu_zba", IMAC "zba", false},
        {"rv64imac_suh", IMAC, false},
        /* Another base, or none. */
        {"rv64e", "", false},
        {"rv32imafdch", "", false},
        {"rv128imafdch", "", false},
        {"imafdch", "", false},
        {"rv64", "", false},
        {"rv6", "", false},
        {"", "", false},
        {"h", "", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        check_text(&texts[i], strlen(texts[i].text) + 1, false);
        check_text(&texts[i], strlen(texts[i].text), false);
    }
}

/* Bytes behind a NUL are not read: it ends the string. */
static void test_end_of_string(void **state)
{
    static const struct text text = {"rv64imac\0h_zba", IMAC, false};
    (void)state;
    for (size_t n = 8; n <= 14; n++) {
        check_text(&text, n, false);
    }
}

static void test_names(void **state)
{
    static const struct {
        struct text text;
        size_t length;
    } lists[] = {
        {{"i\0m\0a\0c\0h\0sstc", "i m a c sstc", true}, 15},
        {{"i\0m\0a\0c\0h\0sstc", "i m a c sstc", true}, 14}, /* No NUL behind the last. */
        {{"i\0m\0h\0sstc", "i m", true}, 9},                 /* "sst" */
        {{"h", "", true}, 1},
        {{"", "", false}, 1},
        {{"", "", false}, 0},
        {{"\0\0i\0\0h\0", "i", true}, 8},
        {{"svinval\0zvfh\0hh\0i", "svinval i", false}, 18},
        {{"i\0d\0v", "i f d v", false}, 6},
        {{"i\0zba1p0\0m2", "i", false}, 12}, /* Names in a list have no versions. */
        {{"i\0i\0zba\0zba", "i zba", false}, 12},
        {{"rv64imafdch", "", false}, 12},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        check_text(&lists[i].text, lists[i].length, true);
    }
}

static void test_base(void **state)
{
    (void)state;
    assert_true(machine_isa_base_is_rv64i("rv64i", 6));
    assert_true(machine_isa_base_is_rv64i("RV64I", 5));
    assert_false(machine_isa_base_is_rv64i("rv64", 5));
    assert_false(machine_isa_base_is_rv64i("rv64", 4));
    assert_false(machine_isa_base_is_rv64i("rv64e", 6));
    assert_false(machine_isa_base_is_rv64i("rv32i", 6));
    assert_false(machine_isa_base_is_rv64i("", 1));
    assert_false(machine_isa_base_is_rv64i("", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_end_of_string),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
