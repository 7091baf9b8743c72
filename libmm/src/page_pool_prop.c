/* SPDX-License-Identifier: Apache-2.0 */
/* Property: a page_pool behaves as an array of pages does. Two regions, all pages dirty. */
#include <hyp/mm/pages.h>

#include "test_arena.h"

#include <hyp/base/bits.h>
#include <prop.h>

#ifndef STEPS
#define STEPS 24
#endif

/* Arena pages 61-67 (over the edge of a bitmap word), and 70-76. */
enum { FIRST = 61, FIRST_END = 68, SECOND = 70, SECOND_END = 77, END = 80, ORDERS = 3 };

static uint64_t words[2][8];

static bool is_pool_page(uint64_t page)
{
    return (page >= FIRST && page < FIRST_END) || (page >= SECOND && page < SECOND_END);
}

static void add(struct page_pool *pool, uint64_t first, uint64_t end, int i)
{
    struct page_region region = {
        .pa = {ARENA_PA + first * HYP_PAGE_SIZE, (end - first) * HYP_PAGE_SIZE},
        .words = words[i],
        .word_count = ARRAY_COUNT(words[i]),
    };
    PROP_ASSERT(page_pool_add(pool, &region) == HYP_OK);
}

static bool is_block(const bool *used, uint64_t page, unsigned order, bool want)
{
    for (uint64_t p = page; p < page + BIT(order); p++) {
        if (!is_pool_page(p) || used[p] != want) {
            return false;
        }
    }
    return true;
}

static void step_alloc(struct page_pool *pool, bool *used)
{
    static const uint8_t zero[4096];
    unsigned order = (unsigned)prop_u64(ORDERS);
    hpa_t pa = HPA(1);
    enum hyp_status status = page_pool_alloc(pool, order, &pa);
    uint64_t expect = 0;
    while (expect < END && !is_block(used, expect, order, false)) {
        expect += BIT(order);
    }
    if (expect >= END) {
        PROP_ASSERT(status == HYP_E_NOMEM && pa.a == 1);
        return;
    }
    PROP_ASSERT(status == HYP_OK && pa.a == ARENA_PA + expect * HYP_PAGE_SIZE);
    for (uint64_t p = expect; p < expect + BIT(order); p++) {
        uint8_t *ptr = test_ptr(HPA(ARENA_PA + p * HYP_PAGE_SIZE));
        PROP_ASSERT(memcmp(ptr, zero, sizeof(zero)) == 0);
        ptr[0] = ptr[4095] = 0xa5;
        used[p] = true;
    }
}

static void step_free(struct page_pool *pool, bool *used)
{
    unsigned order = (unsigned)prop_u64(ORDERS);
    uint64_t page = FIRST - 1 + prop_u64(SECOND_END - FIRST + 2);
    enum hyp_status status = page_pool_free(pool, HPA(ARENA_PA + page * HYP_PAGE_SIZE), order);
    if (!is_aligned(page, BIT(order))) {
        PROP_ASSERT(status == HYP_E_ALIGN);
    } else if (!is_block(used, page, order, true)) {
        PROP_ASSERT(status == HYP_E_ABSENT);
    } else {
        PROP_ASSERT(status == HYP_OK);
        memset(&used[page], false, BIT(order));
    }
}

void prop_run(void)
{
    struct test_arena arena;
    bool used[END] = {false};
    memset(test_ptr(HPA(ARENA_PA + FIRST * HYP_PAGE_SIZE)), 0xa5,
           (SECOND_END - FIRST) * HYP_PAGE_SIZE);
    test_arena_init(&arena, 0, 0);
    add(&arena.pool, FIRST, FIRST_END, 0);
    add(&arena.pool, SECOND, SECOND_END, 1);
    for (int step = 0; step < STEPS; step++) {
        if (prop_bool()) {
            step_alloc(&arena.pool, used);
        } else {
            step_free(&arena.pool, used);
        }
        uint64_t free_count = 0;
        for (uint64_t p = 0; p < END; p++) {
            free_count += is_pool_page(p) && !used[p];
            PROP_ASSERT(page_pool_contains(&arena.pool, HPA(ARENA_PA + p * HYP_PAGE_SIZE)) ==
                        is_pool_page(p));
        }
        PROP_ASSERT(arena.pool.free_count == free_count);
        PROP_ASSERT(page_pool_is_valid(&arena.pool));
    }
}
