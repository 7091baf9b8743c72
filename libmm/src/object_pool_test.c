/* SPDX-License-Identifier: Apache-2.0 */
/* object_pool: objects are zeroed, disjoint, and share pages; an empty pool returns NULL. */
#include <hyp/mm/object_pool.h>

#include "test_arena.h"

#include <hyp/base/bits.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define PAGE HYP_PAGE_SIZE
#define PAGES 32

static struct test_arena arena;
static struct object_pool objects;

static int setup(void **state)
{
    (void)state;
    test_arena_init(&arena, 0, PAGES); /* Its bits are in separate storage. */
    object_pool_init(&objects, &arena.pool);
    return 0;
}

static bool is_zero(const uint8_t *object, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++) {
        if (object[i] != 0) {
            return false;
        }
    }
    return true;
}

static void small_objects_share_a_page(void **state)
{
    (void)state;
    uint64_t before = arena.pool.free_count;
    uint8_t *first = object_pool_alloc(&objects, 1);
    uint8_t *second = object_pool_alloc(&objects, 65);
    uint8_t *third = object_pool_alloc(&objects, PAGE - 64 - 128);
    assert_ptr_equal(second, first + 64);
    assert_ptr_equal(third, second + 128);
    assert_int_equal(before - arena.pool.free_count, 1);
    assert_true(is_zero(first, PAGE));
    assert_ptr_not_equal(object_pool_alloc(&objects, 1), 0);
    assert_int_equal(before - arena.pool.free_count, 2);
}

static void the_larger_rest_is_kept(void **state)
{
    (void)state;
    uint8_t *first = object_pool_alloc(&objects, PAGE / 2);
    uint8_t *large = object_pool_alloc(&objects, PAGE - 64);
    assert_ptr_not_equal(large, 0);
    assert_ptr_equal(object_pool_alloc(&objects, 64), first + PAGE / 2);
    uint8_t *larger = object_pool_alloc(&objects, 2 * PAGE + 64);
    assert_ptr_equal(object_pool_alloc(&objects, PAGE - 64), larger + 2 * PAGE + 64);
}

static void an_object_that_does_not_fit_is_null(void **state)
{
    (void)state;
    assert_ptr_equal(object_pool_alloc(&objects, 0), 0);
    assert_ptr_equal(object_pool_alloc(&objects, UINT64_MAX), 0);
    assert_ptr_equal(object_pool_alloc(&objects, (PAGE << PAGE_ORDER_MAX) + 1), 0);
    assert_ptr_equal(object_pool_alloc(&objects, 2 * PAGES * PAGE), 0);
    uint64_t pages = 0;
    while (object_pool_alloc(&objects, PAGE) != NULL) {
        pages++;
    }
    assert_int_equal(arena.pool.free_count, 0);
    assert_int_equal(pages, PAGES);
    assert_ptr_equal(object_pool_alloc(&objects, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(small_objects_share_a_page, setup),
        cmocka_unit_test_setup(the_larger_rest_is_kept, setup),
        cmocka_unit_test_setup(an_object_that_does_not_fit_is_null, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
