/* SPDX-License-Identifier: Apache-2.0 */
/* The IMSIC driver against the IMSIC model: the host's CSRs and pages are a vimsic's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <hyp/irq/imsic.h>

#include "test_imsic.h"

static int setup(void **state)
{
    (void)state;
    test_machine();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    test_machine_end();
    return 0;
}

static mmio_t page_of(uint32_t hart, uint32_t file)
{
    return (mmio_t){.base = TEST_BASE + imsic_page_offset(hart, file, TEST_GUEST_BITS)};
}

/* State that a boot loader may have left in a file. */
static void spoil(struct test_hart *h, uint32_t file)
{
    struct vimsic_file *f = &h->files[file];
    f->eidelivery = 1;
    f->eithreshold = 7;
    f->pending_enabled = 0xf;
    for (uint32_t w = 0; w < (TEST_ID_MAX + 1) / 64; w++) {
        f->eip[w] = f->eie[w] = w == 0 ? UINT64_MAX - 1 : UINT64_MAX;
    }
    f->external = true;
    h->pends[file] = true;
}

static bool is_empty(const struct vimsic_file *f)
{
    uint64_t any = f->eithreshold;
    for (uint32_t w = 0; w < VIMSIC_WORDS; w++) {
        any |= f->eip[w] | f->eie[w];
    }
    return any == 0;
}

static void test_init_hart_empties_and_delivers(void **state)
{
    (void)state;
    spoil(&test_hart[0], 0);
    spoil(&test_hart[1], 0);
    imsic_init_hart(TEST_ID_MAX);
    assert_true(is_empty(&test_hart[0].files[0]));
    assert_int_equal(test_hart[0].files[0].eidelivery, 1);
    assert_false(test_hart[0].pends[0]);
    assert_false(is_empty(&test_hart[1].files[0]));
}

static void test_enable_is_of_one_identity(void **state)
{
    (void)state;
    const struct vimsic_file *f = &test_hart[0].files[0];
    imsic_init_hart(TEST_ID_MAX);
    imsic_enable(1, true);
    imsic_enable(63, true);
    imsic_enable(64, true);
    imsic_enable(TEST_ID_MAX, true);
    assert_true(f->eie[0] == (BIT(1) | BIT(63)));
    assert_true(f->eie[1] == BIT(0));
    assert_true(f->eie[3] == BIT(63));
    imsic_enable(63, false);
    imsic_enable(65, false);
    assert_true(f->eie[0] == BIT(1));
    assert_true(f->eie[1] == BIT(0));
}

static void test_claims_in_order(void **state)
{
    (void)state;
    static const uint32_t identity[] = {200, 3, 64, 9, 3};
    imsic_init_hart(TEST_ID_MAX);
    assert_int_equal(imsic_claim(), 0);
    for (uint32_t i = 0; i < ARRAY_COUNT(identity); i++) {
        imsic_enable(identity[i], identity[i] != 9);
        imsic_send(page_of(0, 0), identity[i]);
    }
    assert_true(test_hart[0].pends[0]);
    assert_int_equal(imsic_claim(), 3);
    assert_int_equal(imsic_claim(), 64);
    assert_int_equal(imsic_claim(), 200);
    assert_int_equal(imsic_claim(), 0);
    assert_false(test_hart[0].pends[0]);
    imsic_enable(9, true); /* It stayed pending while it was disabled. */
    assert_true(test_hart[0].pends[0]);
    assert_int_equal(imsic_claim(), 9);
    assert_false(test_hart[0].pends[0]);
    assert_int_equal(imsic_claim(), 0);
}

static void test_send_reaches_one_file(void **state)
{
    (void)state;
    for (uint32_t hart = 0; hart < TEST_HARTS; hart++) {
        for (uint32_t file = 0; file < TEST_FILES; file++) {
            imsic_send(page_of(hart, file), 1 + hart * TEST_FILES + file);
        }
    }
    for (uint32_t hart = 0; hart < TEST_HARTS; hart++) {
        for (uint32_t file = 0; file < TEST_FILES; file++) {
            assert_true(test_hart[hart].files[file].eip[0] == BIT(1 + hart * TEST_FILES + file));
        }
    }
}

static void test_geilen(void **state)
{
    (void)state;
    csr_write(CSR_HGEIE, BIT(2));
    assert_int_equal(imsic_geilen(), TEST_GEILEN);
    assert_true(csr_read(CSR_HGEIE) == BIT(2));
    csr_host_attach(NULL, NULL); /* 64 bits of storage: as many as there can be. */
    assert_int_equal(imsic_geilen(), 63);
    csr_host_attach(test_csr, NULL);
}

static void test_clean_guest_file(void **state)
{
    (void)state;
    struct test_hart *h = &test_hart[0];
    for (uint32_t file = 0; file < TEST_FILES; file++) {
        spoil(h, file);
    }
    csr_write(CSR_HSTATUS, HSTATUS_SPV | HSTATUS_VTW | (uint64_t)1 << HSTATUS_VGEIN_SHIFT);
    csr_write(CSR_VSISELECT, 0x55);
    assert_int_equal(imsic_clean_guest_file(2, TEST_ID_MAX), HYP_OK);
    assert_true(is_empty(&h->files[2]));
    assert_int_equal(h->files[2].eidelivery, 0);
    assert_false(h->pends[2]);
    assert_true(h->pends[0] && h->pends[1]);
    assert_false(is_empty(&h->files[0]) || is_empty(&h->files[1]));
    assert_true(csr_read(CSR_HSTATUS) ==
                (HSTATUS_SPV | HSTATUS_VTW | (uint64_t)1 << HSTATUS_VGEIN_SHIFT));
    assert_true(csr_read(CSR_VSISELECT) == 0x55);
    assert_int_equal(imsic_clean_guest_file(0, TEST_ID_MAX), HYP_E_RANGE);
    assert_int_equal(imsic_clean_guest_file(TEST_GEILEN + 1, TEST_ID_MAX), HYP_E_RANGE);
}

/* A guest sets up its file by the VS-level CSRs, then takes a message. */
static void test_guest_external(void **state)
{
    (void)state;
    csr_write(CSR_HSTATUS, (uint64_t)1 << HSTATUS_VGEIN_SHIFT);
    csr_write(CSR_VSISELECT, IMSIC_SELECT_EIE);
    csr_write(CSR_VSIREG, BIT(5));
    csr_write(CSR_VSISELECT, IMSIC_SELECT_EIDELIVERY);
    csr_write(CSR_VSIREG, 1);
    assert_true(csr_read(CSR_HGEIP) == 0);
    imsic_send(page_of(0, 1), 5);
    assert_true(csr_read(CSR_HGEIP) == BIT(1));
    assert_true(csr_swap(CSR_VSTOPEI, 0) == (5 << IMSIC_TOPEI_ID_SHIFT | 5));
    assert_true(csr_read(CSR_HGEIP) == 0);
}

static void test_page_offset(void **state)
{
    (void)state;
    assert_true(imsic_page_offset(0, 0, 0) == 0);
    assert_true(imsic_page_offset(3, 0, 0) == 0x3000);
    assert_true(imsic_page_offset(15, 7, 3) == 0x7f000);
    assert_true(imsic_page_offset(2, 5, 3) == 0x15000);
    assert_true(imsic_page_offset(16383, 63, 6) == 0xfffff000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_init_hart_empties_and_delivers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_enable_is_of_one_identity, setup, teardown),
        cmocka_unit_test_setup_teardown(test_claims_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_send_reaches_one_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_geilen, setup, teardown),
        cmocka_unit_test_setup_teardown(test_clean_guest_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_guest_external, setup, teardown),
        cmocka_unit_test(test_page_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
