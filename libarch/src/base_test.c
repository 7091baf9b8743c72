/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges, bits, names of statuses, and the hypervisor's windows of memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <hyp/arch/phys.h>
#include <hyp/base/bits.h>
#include <hyp/base/status.h>

#define TOP (UINT64_MAX - 0xfff) /* The last page. */

static void test_a_range_may_end_at_the_top(void **state)
{
    (void)state;
    assert_true(range_is_valid((struct range){0, UINT64_MAX}));
    assert_true(range_is_valid((struct range){TOP, 0xfff}));
    assert_false(range_is_valid((struct range){TOP, 0x1001}));
    assert_true(range_contains((struct range){TOP, 0x1000}, UINT64_MAX));
    assert_false(range_contains((struct range){TOP, 0x1000}, 0));
    assert_false(range_contains((struct range){TOP, 0x1000}, TOP - 1));
    assert_false(range_contains((struct range){TOP, 0xfff}, UINT64_MAX));
}

static void test_covers(void **state)
{
    (void)state;
    struct range r = {0x1000, 0x2000};
    assert_true(range_covers(r, 0x1000, 0x2000));
    assert_true(range_covers(r, 0x2fff, 1));
    assert_false(range_covers(r, 0x1000, 0));
    assert_false(range_covers(r, 0xfff, 1));
    assert_false(range_covers(r, 0x3000, 1));
    assert_false(range_covers(r, 0x2000, 0x1001));
    assert_false(range_covers(r, 0x2000, UINT64_MAX));
}

static void test_overlaps(void **state)
{
    (void)state;
    struct range r = {0x1000, 0x1000};
    assert_true(range_overlaps(r, (struct range){0x1fff, 1}));
    assert_true(range_overlaps((struct range){0x1fff, 1}, r));
    assert_false(range_overlaps(r, (struct range){0x2000, 1}));
    assert_false(range_overlaps((struct range){0x2000, 1}, r));
    assert_false(range_overlaps(r, (struct range){0x1000, 0}));
    assert_false(range_overlaps((struct range){0x1000, 0}, r));
    assert_true(range_overlaps((struct range){0, UINT64_MAX}, (struct range){TOP, 0x1000}));
}

static void test_bits(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 64; i++) {
        assert_int_equal(bits_first(BIT(i)), i);
        assert_int_equal(bits_first(UINT64_MAX << i), i);
    }
    assert_true(bits_get(0xabcd, 4, 8) == 0xbc);
    assert_true(is_aligned(0x3000, 0x1000) && !is_aligned(0x3008, 0x1000));
    assert_true(align_down(0x3fff, 0x1000) == 0x3000 && align_up(0x3001, 0x1000) == 0x4000);
    assert_true(align_up(TOP + 1 - 0x1000, 0x1000) == TOP && align_up(TOP + 1, 0x1000) == 0);
}

/* Two windows, the second one lower in memory and higher in addresses. */
static void test_windows(void **state)
{
    (void)state;
    struct phys_map map = {
        .window = {{{0x80000000, 0x2000}, 0x10000}, {{0x40000000, 0x1000}, 0x20000}},
        .count = 2,
    };
    assert_true(phys_to_ptr(&map, HPA(0x80001000), 0x1000) == (void *)0x11000);
    assert_true(phys_to_ptr(&map, HPA(0x40000ff8), 8) == (void *)0x20ff8);
    assert_null(phys_to_ptr(&map, HPA(0x40000ff8), 9));
    assert_null(phys_to_ptr(&map, HPA(0x80001fff), 2));
    assert_null(phys_to_ptr(&map, HPA(0x3fffffff), 1));
    assert_true(phys_of_ptr(&map, (void *)0x11fff).a == 0x80001fff);
    assert_true(phys_of_ptr(&map, (void *)0x20000).a == 0x40000000);
    assert_true(phys_of_ptr(&map, (void *)0x12000).a == UINT64_MAX);
    assert_true(phys_of_ptr(&map, (void *)0xffff).a == UINT64_MAX);
    assert_true(phys_of_ptr(&map, (void *)0x21000).a == UINT64_MAX);
}

static void test_each_status_has_a_name_of_its_own(void **state)
{
    (void)state;
    assert_string_equal(hyp_status_name(HYP_OK), "ok");
    assert_string_equal(hyp_status_name(HYP_E_NOMEM), "nomem");
    for (unsigned i = 0; i <= HYP_E_FORMAT; i++) {
        assert_string_not_equal(hyp_status_name((enum hyp_status)i), "unknown");
        for (unsigned k = 0; k < i; k++) {
            assert_string_not_equal(hyp_status_name((enum hyp_status)i),
                                    hyp_status_name((enum hyp_status)k));
        }
    }
    assert_string_equal(hyp_status_name((enum hyp_status)(HYP_E_FORMAT + 1)), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_range_may_end_at_the_top),
        cmocka_unit_test(test_covers),
        cmocka_unit_test(test_overlaps),
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_each_status_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
