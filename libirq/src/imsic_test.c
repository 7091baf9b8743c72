/* SPDX-License-Identifier: Apache-2.0 */
/* The IMSIC driver against the IMSIC model: the host's CSRs and pages are a vimsic's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <hyp/irq/imsic.h>

#include "test_imsic.h"

static const struct imsic_layout layout = {
    .base = {TEST_BASE}, .guest_bits = TEST_GUEST_BITS, .hart_bits = 2};

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
    hpa_t page;
    assert_int_equal(imsic_page(&layout, 0, hart, file, &page), HYP_OK);
    return (mmio_t){.base = page.a};
}

/* What a boot loader may have left in a file. */
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
    imsic_enable(9, true); /* What came while it was off is still there. */
    assert_true(test_hart[0].pends[0]);
    imsic_clear(9);
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
    csr_host_attach(0, 0); /* 64 bits of storage: as many as there can be. */
    assert_int_equal(imsic_geilen(), 63);
    csr_host_attach(test_csr, 0);
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

/* A guest sets its file up by the VS-level CSRs, then waits for a message. */
static void test_wake_on_guest(void **state)
{
    (void)state;
    csr_write(CSR_HSTATUS, (uint64_t)1 << HSTATUS_VGEIN_SHIFT);
    csr_write(CSR_VSISELECT, IMSIC_SELECT_EIE);
    csr_write(CSR_VSIREG, BIT(5));
    csr_write(CSR_VSISELECT, IMSIC_SELECT_EIDELIVERY);
    csr_write(CSR_VSIREG, 1);
    imsic_wake_on_guest(1, true);
    imsic_wake_on_guest(2, true);
    assert_true(csr_read(CSR_HGEIE) == (BIT(1) | BIT(2)));
    assert_true(csr_read(CSR_HIE) == BIT(IRQ_S_GEXT));
    assert_false(imsic_guest_pends(1));
    imsic_send(page_of(0, 1), 5);
    assert_true(imsic_guest_pends(1));
    assert_false(imsic_guest_pends(2));
    imsic_wake_on_guest(1, false);
    assert_true(csr_read(CSR_HGEIE) == BIT(2));
    assert_true(csr_read(CSR_HIE) == BIT(IRQ_S_GEXT)); /* The other one still waits. */
    imsic_wake_on_guest(2, false);
    assert_true(csr_read(CSR_HIE) == 0);
    assert_true(csr_swap(CSR_VSTOPEI, 0) == (5 << IMSIC_TOPEI_ID_SHIFT | 5));
    assert_false(imsic_guest_pends(1));
}

static void test_layout_check(void **state)
{
    (void)state;
    const struct imsic_layout good = {
        .base = {0x28000000}, .guest_bits = 3, .hart_bits = 9, .group_bits = 2, .group_shift = 24};
    struct imsic_layout l = good;
    assert_int_equal(imsic_layout_check(&l), HYP_OK);
    assert_int_equal(imsic_layout_check(&layout), HYP_OK);
#define REFUSED(change) \
    l = good;           \
    change;             \
    assert_int_equal(imsic_layout_check(&l), HYP_E_PARAM)
    REFUSED(l.guest_bits = 8);
    REFUSED(l.hart_bits = 16; l.group_bits = 0);
    REFUSED(l.group_bits = 8);
    REFUSED(l.group_shift = 56);
    REFUSED(l.group_shift = 23);       /* 12 + 3 + 9 is 24. */
    REFUSED(l.base = HPA(0x28800000)); /* A hart's bit. */
    REFUSED(l.base = HPA(0x28000800)); /* No page. */
    REFUSED(l.base = HPA(0x2a000000)); /* A group's bit. */
#undef REFUSED
    l = (struct imsic_layout){
        .base = {0}, .guest_bits = 7, .hart_bits = 15, .group_bits = 7, .group_shift = 55};
    assert_int_equal(imsic_layout_check(&l), HYP_OK);
}

static void test_page(void **state)
{
    (void)state;
    const struct imsic_layout l = {
        .base = {0x128000000}, .guest_bits = 3, .hart_bits = 4, .group_bits = 2, .group_shift = 24};
    hpa_t page = HPA(0x77);
    assert_int_equal(imsic_page(&l, 4, 0, 0, &page), HYP_E_RANGE);
    assert_int_equal(imsic_page(&l, 0, 16, 0, &page), HYP_E_RANGE);
    assert_int_equal(imsic_page(&l, 0, 0, 8, &page), HYP_E_RANGE);
    assert_true(page.a == 0x77);
    assert_int_equal(imsic_page(&l, 0, 0, 0, &page), HYP_OK);
    assert_true(page.a == 0x128000000);
    assert_int_equal(imsic_page(&l, 3, 15, 7, &page), HYP_OK);
    assert_true(page.a == 0x12b07f000);
    assert_int_equal(imsic_page(&l, 1, 2, 5, &page), HYP_OK);
    assert_true(page.a == 0x129015000);
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
        cmocka_unit_test_setup_teardown(test_wake_on_guest, setup, teardown),
        cmocka_unit_test(test_layout_check),
        cmocka_unit_test(test_page),
    };
    return cmocka_run_group_tests(tests, 0, 0);
}
