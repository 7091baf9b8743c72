/* SPDX-License-Identifier: Apache-2.0 */
/* region_pool against an array of pages, with few slots. */
#include <hyp/mm/pages.h>

#include <hyp/base/bits.h>
#include <prop.h>
#include <string.h>

#ifndef STEPS
#define STEPS 30
#define PAGES 16
#define SLOTS 4
#endif

static struct range pages_range(uint64_t first, uint64_t count)
{
    return (struct range){first * HYP_PAGE_SIZE, count * HYP_PAGE_SIZE};
}

static unsigned run_count(const bool *is_free)
{
    unsigned runs = 0;
    for (unsigned p = 0; p < PAGES; p++) {
        runs += is_free[p] && (p == 0 || !is_free[p - 1]);
    }
    return runs;
}

static bool all_are(const bool *is_free, uint64_t first, uint64_t count, bool want)
{
    for (uint64_t p = first; p < first + count; p++) {
        if (is_free[p] != want) {
            return false;
        }
    }
    return true;
}

/* The model after the change, or the status of one that must fail. */
static enum hyp_status change(bool *is_free, uint64_t first, uint64_t count, bool to)
{
    bool next[PAGES];
    memcpy(next, is_free, sizeof(next));
    memset(next + first, to, count);
    if (run_count(next) > SLOTS) {
        return HYP_E_NOMEM;
    }
    memcpy(is_free, next, sizeof(next));
    return HYP_OK;
}

static void step_alloc(struct region_pool *pool, bool *is_free)
{
    uint64_t count = 1 + prop_u64(3);
    uint64_t align = BIT(prop_u64(3));
    enum hyp_status expect = HYP_E_NOMEM;
    uint64_t at = 0;
    for (uint64_t run = 0; run < PAGES && expect != HYP_OK; run++) {
        if (!is_free[run] || (run > 0 && is_free[run - 1])) {
            continue;
        }
        /* The first aligned place in each free run, if a slot for the rest is there. */
        at = align_up(run, align);
        if (at + count <= PAGES && all_are(is_free, run, at + count - run, true)) {
            expect = change(is_free, at, count, false);
        }
    }
    hpa_t pa = HPA(1);
    PROP_ASSERT(region_pool_alloc(pool, count * HYP_PAGE_SIZE, align * HYP_PAGE_SIZE, &pa) ==
                expect);
    PROP_ASSERT(pa.a == (expect == HYP_OK ? at * HYP_PAGE_SIZE : 1));
}

static void step_range(struct region_pool *pool, bool *is_free, uint64_t kind)
{
    uint64_t first = prop_u64(PAGES);
    uint64_t count = 1 + prop_u64(PAGES - first);
    struct range range = pages_range(first, count);
    enum hyp_status expect = HYP_OK;
    enum hyp_status status;
    if (kind == 0) {
        expect = all_are(is_free, first, count, false) ? change(is_free, first, count, true)
                                                       : HYP_E_EXIST;
        status = region_pool_add(pool, range);
    } else if (kind == 1) {
        expect = all_are(is_free, first, count, true) ? change(is_free, first, count, false)
                                                      : HYP_E_ABSENT;
        status = region_pool_take(pool, range);
    } else {
        expect = change(is_free, first, count, false);
        /* Widened to whole pages. */
        range.start += 1;
        range.size -= 2;
        status = region_pool_exclude(pool, range);
    }
    PROP_ASSERT(status == expect);
}

void prop_run(void)
{
    struct range slots[SLOTS];
    struct region_pool pool;
    bool is_free[PAGES] = {false};
    region_pool_init(&pool, slots, SLOTS);
    for (int step = 0; step < STEPS; step++) {
        uint64_t kind = prop_u64(4);
        if (kind == 3) {
            step_alloc(&pool, is_free);
        } else {
            step_range(&pool, is_free, kind);
        }
        uint64_t size = 0;
        for (uint64_t p = 0; p < PAGES; p++) {
            bool found = false;
            for (uint32_t i = 0; i < pool.count; i++) {
                found |= range_covers(pool.free[i], p * HYP_PAGE_SIZE, HYP_PAGE_SIZE);
            }
            PROP_ASSERT(found == is_free[p]);
            size += is_free[p] ? HYP_PAGE_SIZE : 0;
        }
        PROP_ASSERT(region_pool_free_size(&pool) == size);
        PROP_ASSERT(region_pool_is_valid(&pool));
    }
}
