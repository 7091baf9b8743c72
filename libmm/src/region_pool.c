/* SPDX-License-Identifier: Apache-2.0 */
/* The guests' physical memory: a sorted array of free ranges. */
#include <hyp/mm/pages.h>

#include <hyp/base/bits.h>
#include <hyp/mm/pte.h>

void region_pool_init(struct region_pool *pool, struct range *slots, uint32_t capacity)
{
    *pool = (struct region_pool){.free = slots, .capacity = capacity};
}

static uint64_t end_of(struct range r)
{
    return r.start + r.size;
}

static enum hyp_status check_range(struct range r)
{
    if (r.size == 0) {
        return HYP_E_PARAM;
    }
    if (!is_aligned(r.start | r.size, HYP_PAGE_SIZE)) {
        return HYP_E_ALIGN;
    }
    return range_covers((struct range){0, PTE_PA_LIMIT}, r.start, r.size) ? HYP_OK : HYP_E_RANGE;
}

static void slot_insert(struct region_pool *pool, uint32_t at, struct range r)
{
    for (uint32_t i = pool->count; i > at; i--) {
        pool->free[i] = pool->free[i - 1];
    }
    pool->free[at] = r;
    pool->count++;
}

static void slot_remove(struct region_pool *pool, uint32_t at)
{
    pool->count--;
    for (uint32_t i = at; i < pool->count; i++) {
        pool->free[i] = pool->free[i + 1];
    }
}

enum hyp_status region_pool_add(struct region_pool *pool, struct range range)
{
    HYP_TRY(check_range(range));
    uint32_t at = 0;
    while (at < pool->count && pool->free[at].start < range.start) {
        at++;
    }
    struct range *before = at > 0 ? &pool->free[at - 1] : NULL;
    struct range *after = at < pool->count ? &pool->free[at] : NULL;
    if ((before != NULL && end_of(*before) > range.start) ||
        (after != NULL && end_of(range) > after->start)) {
        return HYP_E_EXIST;
    }
    bool joins_before = before != NULL && end_of(*before) == range.start;
    bool joins_after = after != NULL && end_of(range) == after->start;
    if (!joins_before && !joins_after) {
        if (pool->count == pool->capacity) {
            return HYP_E_NOMEM;
        }
        slot_insert(pool, at, range);
        return HYP_OK;
    }
    if (joins_after) {
        after->start = range.start;
        after->size += range.size;
    }
    if (joins_before) {
        before->size += joins_after ? after->size : range.size;
        if (joins_after) {
            slot_remove(pool, at);
        }
    }
    return HYP_OK;
}

/* Is a slot needed to cut [start, end) out of r, which overlaps it? */
static bool cut_splits(struct range r, uint64_t start, uint64_t end)
{
    return r.start < start && end < end_of(r);
}

/* Cuts [start, end) out of slot `at`, which overlaps it. True: the slot itself is gone. */
static bool cut(struct region_pool *pool, uint32_t at, uint64_t start, uint64_t end)
{
    struct range *r = &pool->free[at];
    uint64_t r_end = end_of(*r);
    if (end < r_end) {
        struct range tail = {end, r_end - end};
        if (r->start >= start) {
            *r = tail;
            return false;
        }
        slot_insert(pool, at + 1, tail);
    }
    if (r->start < start) {
        r->size = start - r->start;
        return false;
    }
    slot_remove(pool, at);
    return true;
}

static bool has_slot_for(const struct region_pool *pool, uint32_t at, uint64_t start, uint64_t end)
{
    return pool->count < pool->capacity || !cut_splits(pool->free[at], start, end);
}

enum hyp_status region_pool_take(struct region_pool *pool, struct range range)
{
    HYP_TRY(check_range(range));
    for (uint32_t i = 0; i < pool->count; i++) {
        if (!range_covers(pool->free[i], range.start, range.size)) {
            continue;
        }
        if (!has_slot_for(pool, i, range.start, end_of(range))) {
            return HYP_E_NOMEM;
        }
        (void)cut(pool, i, range.start, end_of(range));
        return HYP_OK;
    }
    return HYP_E_ABSENT;
}

enum hyp_status region_pool_exclude(struct region_pool *pool, struct range range)
{
    if (range.size == 0) {
        return HYP_OK;
    }
    if (!range_covers((struct range){0, PTE_PA_LIMIT}, range.start, range.size)) {
        return HYP_E_RANGE;
    }
    uint64_t start = align_down(range.start, HYP_PAGE_SIZE);
    uint64_t end = align_up(end_of(range), HYP_PAGE_SIZE);
    struct range whole = {start, end - start};
    for (uint32_t i = 0; i < pool->count;) {
        if (!range_overlaps(pool->free[i], whole)) {
            i++;
            continue;
        }
        /* A range that splits is the only one that overlaps: nothing has changed yet. */
        if (!has_slot_for(pool, i, start, end)) {
            return HYP_E_NOMEM;
        }
        i += cut(pool, i, start, end) ? 0 : 1;
    }
    return HYP_OK;
}

enum hyp_status region_pool_alloc(struct region_pool *pool, uint64_t size, uint64_t align,
                                  hpa_t *pa)
{
    if (size == 0 || align < HYP_PAGE_SIZE || align > HYP_GIB || (align & (align - 1)) != 0) {
        return HYP_E_PARAM;
    }
    if (!is_aligned(size, HYP_PAGE_SIZE)) {
        return HYP_E_ALIGN;
    }
    for (uint32_t i = 0; i < pool->count; i++) {
        uint64_t start = align_up(pool->free[i].start, align);
        if (range_covers(pool->free[i], start, size) &&
            has_slot_for(pool, i, start, start + size)) {
            (void)cut(pool, i, start, start + size);
            *pa = HPA(start);
            return HYP_OK;
        }
    }
    return HYP_E_NOMEM;
}

uint64_t region_pool_free_size(const struct region_pool *pool)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < pool->count; i++) {
        size += pool->free[i].size;
    }
    return size;
}

bool region_pool_is_valid(const struct region_pool *pool)
{
    if (pool->count > pool->capacity) {
        return false;
    }
    for (uint32_t i = 0; i < pool->count; i++) {
        if (check_range(pool->free[i]) != HYP_OK ||
            (i > 0 && end_of(pool->free[i - 1]) >= pool->free[i].start)) {
            return false;
        }
    }
    return true;
}
