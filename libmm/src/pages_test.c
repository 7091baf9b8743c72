/* SPDX-License-Identifier: Apache-2.0 */
/* page_pool: every error, and what its property does not reach. */
#include <hyp/mm/pages.h>

#include "test_arena.h"

#include <hyp/arch/hart.h>
#include <hyp/base/bits.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define PAGE HYP_PAGE_SIZE

static struct test_arena arena;
static uint64_t words[64];

static enum hyp_status add(uint64_t start, uint64_t size, uint64_t *storage, size_t count)
{
    struct page_region region = {{start, size}, storage, count};
    return page_pool_add(&arena.pool, &region);
}

static void add_refuses_bad_regions(void **state)
{
    (void)state;
    test_arena_init(&arena, 0, 0);
    assert_int_equal(add(ARENA_PA + 1, PAGE, words, 64), HYP_E_ALIGN);
    assert_int_equal(add(ARENA_PA, PAGE + 8, words, 64), HYP_E_ALIGN);
    assert_int_equal(add(ARENA_PA, 0, words, 64), HYP_E_PARAM);
    assert_int_equal(add(ARENA_PA, 65 * PAGE, words, 1), HYP_E_PARAM);
    assert_int_equal(add(ARENA_PA - PAGE, 2 * PAGE, words, 64), HYP_E_RANGE);
    assert_int_equal(add(ARENA_PA + (ARENA_PAGES - 1) * PAGE, 2 * PAGE, words, 64), HYP_E_RANGE);
    assert_int_equal(arena.pool.region_count, 0);
    assert_int_equal(add(ARENA_PA, 4 * PAGE, words, 2), HYP_OK);
    assert_int_equal(add(ARENA_PA + 3 * PAGE, 2 * PAGE, words + 2, 2), HYP_E_EXIST);
    for (uint64_t i = 1; i < PAGE_POOL_REGION_MAX; i++) {
        assert_int_equal(add(ARENA_PA + 8 * i * PAGE, PAGE, words + 2 * i, 2), HYP_OK);
    }
    assert_int_equal(add(ARENA_PA + 60 * PAGE, PAGE, words + 20, 2), HYP_E_NOMEM);
    assert_int_equal(arena.pool.free_count, 7);
    assert_true(page_pool_is_valid(&arena.pool));
}

static void word_count_is_a_bit_a_page(void **state)
{
    (void)state;
    assert_int_equal(page_region_word_count((struct range){ARENA_PA, 0}), 0);
    assert_int_equal(page_region_word_count((struct range){ARENA_PA, 64 * PAGE}), 1);
    assert_int_equal(page_region_word_count((struct range){ARENA_PA + 63 * PAGE, 2 * PAGE}), 2);
}

static void region_can_hold_its_own_words(void **state)
{
    (void)state;
    hpa_t pa;
    test_arena_init(&arena, 0, 0);
    assert_int_equal(add(ARENA_PA + 60 * PAGE, 8 * PAGE, NULL, 0), HYP_OK);
    assert_int_equal(arena.pool.free_count, 7);
    assert_false(page_pool_contains(&arena.pool, HPA(ARENA_PA + 60 * PAGE)));
    assert_int_equal(page_pool_free(&arena.pool, HPA(ARENA_PA + 60 * PAGE), 0), HYP_E_ABSENT);
    assert_int_equal(page_pool_alloc(&arena.pool, 2, &pa), HYP_OK);
    assert_int_equal(pa.a, ARENA_PA + 64 * PAGE);
    assert_true(page_pool_is_valid(&arena.pool));
}

static void region_of_words_only_is_refused(void **state)
{
    (void)state;
    test_arena_init(&arena, 0, 0);
    assert_int_equal(add(ARENA_PA, PAGE, NULL, 0), HYP_E_PARAM);
    assert_int_equal(arena.pool.region_count, 0);
}

static void alloc_and_free_check_their_order(void **state)
{
    (void)state;
    hpa_t pa = HPA(7);
    test_arena_init(&arena, 0, 8);
    assert_int_equal(page_pool_alloc(&arena.pool, PAGE_ORDER_MAX + 1, &pa), HYP_E_PARAM);
    assert_int_equal(page_pool_alloc(&arena.pool, PAGE_ORDER_MAX, &pa), HYP_E_NOMEM);
    assert_int_equal(page_pool_free(&arena.pool, HPA(0), PAGE_ORDER_MAX + 1), HYP_E_PARAM);
    assert_int_equal(pa.a, 7);
}

static void blocks_over_whole_words(void **state)
{
    (void)state;
    hpa_t pa;
    hpa_t one;
    test_arena_init(&arena, 0, ARENA_PAGES);
    assert_int_equal(page_pool_alloc(&arena.pool, 6, &pa), HYP_OK);
    assert_int_equal(pa.a, ARENA_PA);
    assert_int_equal(page_pool_alloc(&arena.pool, 0, &one), HYP_OK);
    assert_int_equal(one.a, ARENA_PA + 64 * PAGE);
    assert_int_equal(page_pool_alloc(&arena.pool, 6, &one), HYP_E_NOMEM);
    assert_int_equal(page_pool_free(&arena.pool, pa, 1), HYP_OK);
    assert_int_equal(page_pool_free(&arena.pool, pa, 6), HYP_E_ABSENT);
    assert_int_equal(page_pool_alloc(&arena.pool, 6, &one), HYP_E_NOMEM);
    assert_int_equal(page_pool_alloc(&arena.pool, 1, &one), HYP_OK);
    assert_int_equal(one.a, ARENA_PA);
    assert_int_equal(page_pool_free(&arena.pool, pa, 6), HYP_OK);
    assert_true(page_pool_is_valid(&arena.pool));
}

static void reserved_pages_are_nobody_elses(void **state)
{
    (void)state;
    hpa_t pa;
    test_arena_init(&arena, 0, 4);
    assert_int_equal(page_pool_reserve(&arena.pool, 5), HYP_E_NOMEM);
    assert_int_equal(page_pool_reserve(&arena.pool, 3), HYP_OK);
    assert_int_equal(page_pool_reserve(&arena.pool, 2), HYP_E_NOMEM);
    assert_int_equal(page_pool_alloc(&arena.pool, 1, &pa), HYP_E_NOMEM);
    assert_int_equal(page_pool_alloc(&arena.pool, 0, &pa), HYP_OK);
    assert_int_equal(page_pool_alloc(&arena.pool, 0, &pa), HYP_E_NOMEM);
    for (int i = 0; i < 3; i++) {
        assert_true(page_pool_is_valid(&arena.pool));
        assert_int_equal(page_pool_alloc_reserved(&arena.pool).a, pa.a + PAGE);
        pa.a += PAGE;
    }
    assert_int_equal(arena.pool.free_count, 0);
    assert_int_equal(arena.pool.reserved, 0);
}

/* Another hart holds the pool's lock until this one waits for it, and changes nothing meanwhile. */
static uint64_t free_before;
static int waits;

static void let_go(enum hart_host_wait why)
{
    (void)why;
    waits++;
    assert_int_equal(arena.pool.free_count, free_before);
    assert_int_equal(arena.pool.reserved, waits == 3 ? 1 : 0);
    spinlock_unlock(&arena.pool.lock);
}

static void hold(void)
{
    free_before = arena.pool.free_count;
    spinlock_lock(&arena.pool.lock);
}

static void each_call_waits_for_the_lock(void **state)
{
    (void)state;
    hpa_t pa;
    test_arena_init(&arena, 0, 4);
    hart_host_on_wait(let_go);
    hold();
    assert_int_equal(page_pool_alloc(&arena.pool, 0, &pa), HYP_OK);
    hold();
    assert_int_equal(page_pool_reserve(&arena.pool, 1), HYP_OK);
    hold();
    assert_int_equal(page_pool_alloc_reserved(&arena.pool).a, ARENA_PA + PAGE);
    hold();
    assert_int_equal(page_pool_free(&arena.pool, pa, 0), HYP_OK);
    hart_host_on_wait(NULL);
    assert_int_equal(waits, 4);
    assert_false(spinlock_is_held(&arena.pool.lock));
    /* An error releases the lock, too. */
    assert_int_equal(page_pool_free(&arena.pool, pa, 0), HYP_E_ABSENT);
    assert_int_equal(page_pool_alloc(&arena.pool, 3, &pa), HYP_E_NOMEM);
    assert_int_equal(page_pool_reserve(&arena.pool, 4), HYP_E_NOMEM);
    assert_false(spinlock_is_held(&arena.pool.lock));
}

static void is_valid_sees_damage(void **state)
{
    (void)state;
    test_arena_init(&arena, 2, 8);
    struct page_pool good = arena.pool;
    assert_true(page_pool_is_valid(&arena.pool));
    arena.pool.free_count--;
    assert_false(page_pool_is_valid(&arena.pool));
    arena.pool = good;
    arena.pool.region_count = PAGE_POOL_REGION_MAX + 1;
    assert_false(page_pool_is_valid(&arena.pool));
    arena.pool = good;
    arena.pool.region[0].hint = 0;
    assert_false(page_pool_is_valid(&arena.pool));
    arena.pool.region[0].hint = good.region[0].end + 1;
    assert_false(page_pool_is_valid(&arena.pool));
    arena.pool = good;
    arena.pool.region[0].end = arena.pool.region[0].start;
    assert_false(page_pool_is_valid(&arena.pool));
    arena.pool = good;
    arena.pool.region[0].first = arena.pool.region[0].start + 1;
    assert_false(page_pool_is_valid(&arena.pool));
    arena.pool = good;
    arena.pool.region[1] = arena.pool.region[0];
    arena.pool.region_count = 2;
    assert_false(page_pool_is_valid(&arena.pool));
    arena.pool = good;
    arena.pool.region[0].used[0] &= ~(uint64_t)1; /* The page is free, but not the pool's. */
    assert_false(page_pool_is_valid(&arena.pool));
    arena.pool.region[0].used[0] |= BIT(20) - 1;
    assert_false(page_pool_is_valid(&arena.pool));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(add_refuses_bad_regions),
        cmocka_unit_test(word_count_is_a_bit_a_page),
        cmocka_unit_test(region_can_hold_its_own_words),
        cmocka_unit_test(region_of_words_only_is_refused),
        cmocka_unit_test(alloc_and_free_check_their_order),
        cmocka_unit_test(blocks_over_whole_words),
        cmocka_unit_test(reserved_pages_are_nobody_elses),
        cmocka_unit_test(each_call_waits_for_the_lock),
        cmocka_unit_test(is_valid_sees_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
