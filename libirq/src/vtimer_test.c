/* SPDX-License-Identifier: Apache-2.0 */
/* The guest timer's decisions, with Sstc and without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <hyp/irq/vtimer.h>

static void expect(struct vtimer_action a, enum vtimer_vstip vstip, uint64_t due)
{
    assert_int_equal(a.vstip, vstip);
    assert_true(a.program);
    assert_true(a.due == due);
}

static void test_sstc_leaves_it_to_the_comparator(void **state)
{
    (void)state;
    struct vtimer t = {.due = 5};
    expect(vtimer_set(&t, 100, 200, true), VTIMER_KEEP, 100);
    assert_true(t.due == VTIMER_NEVER);
}

static void test_set_clears_then_expiry_sets(void **state)
{
    (void)state;
    struct vtimer t = {.due = VTIMER_NEVER};
    expect(vtimer_set(&t, 300, 200, false), VTIMER_CLEAR, 300);
    expect(vtimer_expire(&t, 299), VTIMER_KEEP, 300);
    expect(vtimer_expire(&t, 300), VTIMER_SET, VTIMER_NEVER);
    expect(vtimer_expire(&t, 301), VTIMER_KEEP, VTIMER_NEVER);
    expect(vtimer_set(&t, 400, 301, false), VTIMER_CLEAR, 400);
}

static void test_a_time_that_has_come(void **state)
{
    (void)state;
    struct vtimer t = {.due = 1000};
    expect(vtimer_set(&t, 200, 200, false), VTIMER_SET, VTIMER_NEVER);
    assert_true(t.due == VTIMER_NEVER);
    expect(vtimer_set(&t, 201, 200, false), VTIMER_CLEAR, 201);
}

static void test_never(void **state)
{
    (void)state;
    struct vtimer t = {.due = 7};
    expect(vtimer_set(&t, VTIMER_NEVER, 6, false), VTIMER_CLEAR, VTIMER_NEVER);
    expect(vtimer_expire(&t, VTIMER_NEVER), VTIMER_KEEP, VTIMER_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sstc_leaves_it_to_the_comparator),
        cmocka_unit_test(test_set_clears_then_expiry_sets),
        cmocka_unit_test(test_a_time_that_has_come),
        cmocka_unit_test(test_never),
    };
    return cmocka_run_group_tests(tests, 0, 0);
}
