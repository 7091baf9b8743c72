/* SPDX-License-Identifier: Apache-2.0 */
/* Which controller the machine has, its set-up, and the shortest way to interrupt other harts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libhv/irqc/test_irqc.h"

static int teardown(void **state)
{
    (void)state;
    test_machine_end();
    return 0;
}

static void find(enum test_machine_kind chip)
{
    test_board(chip);
    hv_irqc_discover(&b.irqc, NULL, 0);
}

/* ---- Discovery ------------------------------------------------------------------------------- */

static void test_a_plic_is_found(void **state)
{
    (void)state;
    find(TEST_MACHINE_PLIC);
    assert_ptr_equal(b.irqc.found, &b.modules[0]);
    assert_int_equal(b.irqc.models, BIT(HYP_IRQC_PLIC));
    assert_int_equal(b.irqc.imsic_ids, 0);
}

static void test_an_aplic_in_direct_mode_is_found(void **state)
{
    (void)state;
    find(TEST_MACHINE_APLIC);
    assert_ptr_equal(b.irqc.found, &b.modules[1]);
    assert_int_equal(b.irqc.models, BIT(HYP_IRQC_PLIC) | BIT(HYP_IRQC_APLIC));
    assert_int_equal(b.machine.source_count, TEST_SOURCES);
    assert_memory_equal(b.machine.irqc_index, test_index, sizeof(test_index));
}

static void test_imsics_are_found_with_their_guests_identities(void **state)
{
    (void)state;
    find(TEST_MACHINE_IMSIC);
    assert_ptr_equal(b.irqc.found, &b.modules[2]);
    assert_int_equal(b.irqc.models, BIT(HYP_IRQC_PLIC) | BIT(HYP_IRQC_IMSIC));
    assert_int_equal(b.irqc.imsic_ids, 127);
}

/* Emulated files are as the harts' own. */
static void test_without_guest_pages_they_have_the_harts_identities(void **state)
{
    (void)state;
    test_board(TEST_MACHINE_IMSIC);
    b.aia.found.guest_bits = 0;
    hv_irqc_discover(&b.irqc, NULL, 0);
    assert_int_equal(b.irqc.imsic_ids, TEST_ID_MAX);
}

static void test_imsics_without_ssaia_are_not_used(void **state)
{
    (void)state;
    test_board(TEST_MACHINE_IMSIC);
    b.machine.all.isa = 0;
    hv_irqc_discover(&b.irqc, NULL, 0);
    assert_null(b.irqc.found);
    assert_int_equal(b.irqc.models, BIT(HYP_IRQC_PLIC));
    assert_int_equal(b.machine.source_count, 0);
}

static void test_the_first_that_says_yes_is_it(void **state)
{
    (void)state;
    test_board(TEST_MACHINE_APLIC);
    test_make_plic(); /* Beside it. */
    hv_irqc_discover(&b.irqc, NULL, 0);
    assert_ptr_equal(b.irqc.found, &b.modules[0]);
    test_board(TEST_MACHINE_APLIC);
    test_make_plic();
    b.irqc.modules = &b.modules[1];
    b.irqc.module_count = 2;
    hv_irqc_discover(&b.irqc, NULL, 0);
    assert_null(b.irqc.found); /* An APLIC's numbers would take the place of the PLIC's. */
}

static bool says_yes(void *state, struct hv_irqc *irqc, const void *fdt, size_t size)
{
    (void)irqc, (void)fdt, (void)size;
    (*(unsigned *)state)++;
    return true;
}

static void test_who_stands_behind_it_is_not_asked(void **state)
{
    (void)state;
    static const struct irqc_driver driver = {.name = "eager", .discover = says_yes};
    unsigned asked[2] = {0};
    struct irqc_module modules[] = {{.driver = &driver, .state = &asked[0]},
                                    {.driver = &driver, .state = &asked[1]}};
    test_board(TEST_MACHINE_NONE);
    b.irqc.modules = modules;
    b.irqc.module_count = ARRAY_COUNT(modules);
    hv_irqc_discover(&b.irqc, NULL, 0);
    assert_ptr_equal(b.irqc.found, &modules[0]);
    assert_int_equal(asked[0], 1);
    assert_int_equal(asked[1], 0);
}

static void test_a_machine_may_have_none(void **state)
{
    (void)state;
    find(TEST_MACHINE_NONE);
    assert_null(b.irqc.found);
    assert_int_equal(hv_irqc_harts_without_context(&b.irqc), 0);
    test_board_has_sswi();
    hv_irqc_init(&b.irqc);
    assert_null(b.irqc.phys.ops);
    assert_string_equal(hv_irqc_name(&b.irqc), "none");
    assert_string_equal(hv_irqc_ipi_name(&b.irqc), "sswi");
    assert_true(hv_irqc_guest_file_hpa(&b.irqc, 0) == UINT64_MAX);
}

static void test_an_aplic_needs_sources_in_bounds(void **state)
{
    (void)state;
    static const uint32_t counts[] = {0, 1, HV_SOURCE_MAX + 1};
    for (uint32_t i = 0; i < ARRAY_COUNT(counts); i++) {
        test_board(TEST_MACHINE_APLIC);
        b.aia.found.source_count = counts[i];
        hv_irqc_discover(&b.irqc, NULL, 0);
        assert_null(b.irqc.found);
    }
}

static void test_harts_without_context_are_known(void **state)
{
    (void)state;
    test_board(TEST_MACHINE_PLIC);
    b.machine.irqc_index[1] = MACHINE_NO_INDEX;
    hv_irqc_discover(&b.irqc, NULL, 0);
    assert_int_equal(hv_irqc_harts_without_context(&b.irqc), BIT(1));
}

/* ---- Set-up ---------------------------------------------------------------------------------- */

static void test_each_chip_has_its_name(void **state)
{
    (void)state;
    static const char *const names[] = {[TEST_MACHINE_PLIC] = "plic",
                                        [TEST_MACHINE_APLIC] = "aplic",
                                        [TEST_MACHINE_IMSIC] = "aplic-imsic"};
    for (enum test_machine_kind chip = TEST_MACHINE_PLIC; chip <= TEST_MACHINE_IMSIC; chip++) {
        find(chip);
        hv_irqc_init(&b.irqc);
        assert_string_equal(hv_irqc_name(&b.irqc), names[chip]);
        assert_int_equal(b.irqc.phys.source_count, TEST_SOURCES);
    }
}

/* Devices that nobody drives yet: all of the platform's, whosever they are. */
static void test_sources_have_their_devices_modes(void **state)
{
    (void)state;
    static const uint32_t levels[] = {TEST_UART_IRQ, TEST_DISK_IRQ, 20, 21, 22, 23};
    find(TEST_MACHINE_APLIC);
    hv_irqc_init(&b.irqc);
    for (uint32_t i = 0; i < ARRAY_COUNT(levels); i++) {
        assert_int_equal(mmio_host_read(TEST_APLIC + 4 * levels[i], 4), APLIC_SM_LEVEL1);
    }
    assert_int_equal(mmio_host_read(TEST_APLIC + 4 * TEST_CLOCK_IRQ, 4), APLIC_SM_EDGE1);
    assert_int_equal(mmio_host_read(TEST_APLIC + 4 * (TEST_CLOCK_IRQ + 1), 4), APLIC_SM_EDGE1);
    assert_int_equal(mmio_host_read(TEST_APLIC + 4 * 24, 4), APLIC_SM_INACTIVE);
}

/* QEMU's cannot be left out, and has no source then. */
static void test_a_plic_of_one_source_stays_unused(void **state)
{
    (void)state;
    test_board(TEST_MACHINE_PLIC);
    uint64_t pages = b.arena.pool.free_count;
    b.machine.source_count = 1;
    hv_irqc_discover(&b.irqc, NULL, 0);
    hv_irqc_init(&b.irqc);
    assert_ptr_equal(b.irqc.found, &b.modules[0]);
    assert_int_equal(b.arena.pool.free_count, pages); /* Not even mapped. */
    assert_null(b.irqc.phys.ops);
    assert_string_equal(hv_irqc_name(&b.irqc), "none");
}

static void test_a_chip_that_cannot_be_set_up_stays_unused(void **state)
{
    (void)state;
    for (enum test_machine_kind chip = TEST_MACHINE_PLIC; chip <= TEST_MACHINE_IMSIC; chip++) {
        find(chip);
        test_leave_pages(0);
        hv_irqc_init(&b.irqc);
        assert_null(b.irqc.phys.ops);
    }
    test_board(TEST_MACHINE_PLIC);
    b.machine.source_count = HV_SOURCE_MAX + 1;
    hv_irqc_discover(&b.irqc, NULL, 0);
    hv_irqc_init(&b.irqc);
    assert_null(b.irqc.phys.ops);
    test_board(TEST_MACHINE_APLIC);
    b.aia.found.msi = true; /* Its domain has not this delivery mode. */
    b.machine.all.isa = BIT(GUEST_ISA_SSAIA);
    hv_irqc_discover(&b.irqc, NULL, 0);
    hv_irqc_init(&b.irqc);
    assert_null(b.irqc.phys.ops);
}

static void test_what_imsics_have_is_shown(void **state)
{
    (void)state;
    find(TEST_MACHINE_IMSIC);
    hv_irqc_init(&b.irqc);
    assert_int_equal(b.irqc.s_level_imsic_ids, TEST_ID_MAX);
    assert_int_equal(b.irqc.guest_files, TEST_GEILEN);
    for (uint32_t h = 0; h < TEST_HARTS; h++) {
        assert_int_equal(hv_irqc_guest_file_hpa(&b.irqc, h),
                         TEST_BASE + (((uint64_t)test_index[h] << TEST_GUEST_BITS) + 1) * 0x1000);
    }
    test_board(TEST_MACHINE_IMSIC);
    b.aia.found.guest_bits = 0;
    hv_irqc_discover(&b.irqc, NULL, 0);
    hv_irqc_init(&b.irqc);
    assert_int_equal(b.irqc.guest_files, 0);
    assert_true(hv_irqc_guest_file_hpa(&b.irqc, 0) == UINT64_MAX);
    find(TEST_MACHINE_PLIC);
    assert_true(hv_irqc_guest_file_hpa(&b.irqc, 0) == UINT64_MAX);
}

/* ---- A hart's part --------------------------------------------------------------------------- */

static const unsigned closed[] = {CSR_HVICTL, CSR_HVIEN, CSR_HVIPRIO1, CSR_HVIPRIO2, CSR_VSISELECT};

static void spoil(uint32_t hart)
{
    for (uint32_t i = 0; i < ARRAY_COUNT(closed); i++) {
        test_hart_of(hart)->csr[closed[i]] = 0x7f;
    }
}

static void test_ssaia_is_closed_for_guests(void **state)
{
    (void)state;
    find(TEST_MACHINE_IMSIC);
    hv_irqc_init(&b.irqc);
    spoil(0);
    assert_false(hv_irqc_init_hart(&b.irqc, 0, false));
    for (uint32_t i = 0; i < ARRAY_COUNT(closed); i++) {
        assert_true(csr_read(closed[i]) == 0);
    }
    assert_int_equal(test_hart_of(0)->files[0].eidelivery, 1);
    assert_int_equal(test_hart_of(1)->files[0].eidelivery, 0);
}

static void test_without_ssaia_its_csrs_are_not_touched(void **state)
{
    (void)state;
    find(TEST_MACHINE_PLIC);
    hv_irqc_init(&b.irqc);
    spoil(0);
    assert_false(hv_irqc_init_hart(&b.irqc, 0, false));
    for (uint32_t i = 0; i < ARRAY_COUNT(closed); i++) {
        assert_true(csr_read(closed[i]) == 0x7f);
    }
}

static bool lacks_hvictl(unsigned csr)
{
    return csr == CSR_HVICTL;
}

/* The device tree says Ssaia, but the hart has not its CSRs. */
static void test_ssaia_is_tried_before_it_is_closed(void **state)
{
    (void)state;
    find(TEST_MACHINE_PLIC);
    b.machine.all.isa |= BIT(GUEST_ISA_SSAIA);
    hv_irqc_init(&b.irqc);
    spoil(0);
    csr_host_set_absent(lacks_hvictl);
    assert_false(hv_irqc_init_hart(&b.irqc, 0, false));
    csr_host_set_absent(NULL);
    for (uint32_t i = 0; i < ARRAY_COUNT(closed); i++) {
        assert_true(csr_read(closed[i]) == 0x7f);
    }
}

static bool is_enabled_at_plic(uint32_t hart, uint32_t source)
{
    uint64_t at = PLIC_ENABLE + PLIC_ENABLE_STRIDE * (2 * test_index[hart] + 1) + 4 * (source / 32);
    return (mmio_host_read(TEST_PLIC + at, 4) >> (source % 32) & 1) != 0;
}

static void test_the_console_hart_gets_the_uarts_source(void **state)
{
    (void)state;
    find(TEST_MACHINE_PLIC);
    hv_irqc_init(&b.irqc);
    b.irqc.owner[TEST_UART_IRQ] = HV_OWNER_CONSOLE;
    assert_false(hv_irqc_init_hart(&b.irqc, 1, false));
    assert_false(is_enabled_at_plic(1, TEST_UART_IRQ));
    assert_true(hv_irqc_init_hart(&b.irqc, 1, true));
    assert_true(is_enabled_at_plic(1, TEST_UART_IRQ));
    assert_false(is_enabled_at_plic(0, TEST_UART_IRQ));
    assert_false(is_enabled_at_plic(1, TEST_DISK_IRQ));
}

static void test_a_console_hart_without_context_polls(void **state)
{
    (void)state;
    test_board(TEST_MACHINE_PLIC);
    b.machine.irqc_index[1] = MACHINE_NO_INDEX;
    hv_irqc_discover(&b.irqc, NULL, 0);
    hv_irqc_init(&b.irqc);
    b.irqc.owner[TEST_UART_IRQ] = HV_OWNER_CONSOLE;
    assert_false(hv_irqc_init_hart(&b.irqc, 1, true));
    find(TEST_MACHINE_NONE);
    hv_irqc_init(&b.irqc);
    b.irqc.owner[TEST_UART_IRQ] = HV_OWNER_CONSOLE;
    assert_false(hv_irqc_init_hart(&b.irqc, 1, true));
}

/* ---- IPIs ------------------------------------------------------------------------------------ */

static const char *ipi_of(void)
{
    hv_irqc_discover(&b.irqc, NULL, 0);
    hv_irqc_init(&b.irqc);
    return hv_irqc_ipi_name(&b.irqc);
}

static void test_sswi_comes_before_imsic(void **state)
{
    (void)state;
    test_board(TEST_MACHINE_IMSIC);
    test_board_has_sswi();
    assert_string_equal(ipi_of(), "sswi");
    b.irqc.ipi_path.ops->send(b.irqc.ipi_path.state, 1);
    assert_int_equal(b.sswi_count, 1);
    assert_int_equal(b.sswi_offset, 4 * test_index[1]);
    test_be_hart(1);
    csr_write(CSR_SIP, BIT(IRQ_S_SOFT));
    (void)hv_irqc_init_hart(&b.irqc, 1, false);
    assert_true(csr_read(CSR_SIP) == 0); /* An old IPI. */
}

static void test_sswi_serves_beside_a_plic(void **state)
{
    (void)state;
    test_board(TEST_MACHINE_PLIC);
    test_board_has_sswi();
    assert_string_equal(ipi_of(), "sswi");
    assert_string_equal(hv_irqc_name(&b.irqc), "plic");
}

static void test_sswi_must_have_all_harts(void **state)
{
    (void)state;
    test_board(TEST_MACHINE_IMSIC);
    test_board_has_sswi();
    b.aia.found.sswi_index[2] = MACHINE_NO_INDEX;
    assert_string_equal(ipi_of(), "imsic");
    test_board(TEST_MACHINE_PLIC);
    b.aia.found.sswi = (struct hyp_mem){TEST_SSWI, ACLINT_SSWI_SIZE - 4};
    assert_string_equal(ipi_of(), "sbi");
    test_board(TEST_MACHINE_NONE);
    test_board_has_sswi();
    test_leave_pages(0);
    assert_string_equal(ipi_of(), "sbi");
}

static void test_an_ipi_by_imsic_is_its_first_identity(void **state)
{
    (void)state;
    test_board(TEST_MACHINE_IMSIC);
    test_start_irqc();
    assert_string_equal(hv_irqc_ipi_name(&b.irqc), "imsic");
    b.irqc.ipi_path.ops->send(b.irqc.ipi_path.state, 2);
    assert_true(test_hart_of(2)->pends[0]);
    assert_true(test_hart_of(2)->files[0].eip[0] == BIT(AIA_IPI_ID));
    assert_false(test_hart_of(0)->pends[0] || test_hart_of(1)->pends[0]);
    test_be_hart(2);
    hv_irqc_handle(&b.irqc, 2);
    assert_true(csr_read(CSR_SIP) == BIT(IRQ_S_SOFT));
    assert_false(test_hart_of(2)->pends[0]);
}

static void test_imsic_must_have_all_harts_and_an_identity(void **state)
{
    (void)state;
    test_board(TEST_MACHINE_IMSIC);
    b.aia.found.hart_index[1] = MACHINE_NO_INDEX;
    assert_string_equal(ipi_of(), "sbi");
    test_board(TEST_MACHINE_IMSIC);
    b.aia.found.id_max = TEST_SOURCES - 1; /* All of them are sources'. */
    assert_string_equal(ipi_of(), "sbi");
    assert_string_equal(hv_irqc_name(&b.irqc), "aplic-imsic");
    test_board(TEST_MACHINE_APLIC);
    assert_string_equal(ipi_of(), "sbi");
    test_board(TEST_MACHINE_IMSIC); /* There is room for the APLIC and for one file. */
    b.space.device_window.size = 12 * HYP_PAGE_SIZE;
    assert_string_equal(ipi_of(), "sbi");
}

#define TEST(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_plic_is_found),
        TEST(test_an_aplic_in_direct_mode_is_found),
        TEST(test_imsics_are_found_with_their_guests_identities),
        TEST(test_without_guest_pages_they_have_the_harts_identities),
        TEST(test_imsics_without_ssaia_are_not_used),
        TEST(test_the_first_that_says_yes_is_it),
        TEST(test_who_stands_behind_it_is_not_asked),
        TEST(test_a_machine_may_have_none),
        TEST(test_an_aplic_needs_sources_in_bounds),
        TEST(test_harts_without_context_are_known),
        TEST(test_each_chip_has_its_name),
        TEST(test_sources_have_their_devices_modes),
        TEST(test_a_plic_of_one_source_stays_unused),
        TEST(test_a_chip_that_cannot_be_set_up_stays_unused),
        TEST(test_what_imsics_have_is_shown),
        TEST(test_ssaia_is_closed_for_guests),
        TEST(test_without_ssaia_its_csrs_are_not_touched),
        TEST(test_ssaia_is_tried_before_it_is_closed),
        TEST(test_the_console_hart_gets_the_uarts_source),
        TEST(test_a_console_hart_without_context_polls),
        TEST(test_sswi_comes_before_imsic),
        TEST(test_sswi_serves_beside_a_plic),
        TEST(test_sswi_must_have_all_harts),
        TEST(test_an_ipi_by_imsic_is_its_first_identity),
        TEST(test_imsic_must_have_all_harts_and_an_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
