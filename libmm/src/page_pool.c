/* SPDX-License-Identifier: Apache-2.0 */
/* The page pool: a bit a page, set if the page is in use. */
#include <hyp/mm/pages.h>

#include <hyp/arch/mem.h>
#include <hyp/base/assert.h>
#include <hyp/base/bits.h>

#include <string.h>

#define WORD_BITS 64

static uint64_t page_number(uint64_t a)
{
    return a >> HYP_PAGE_SHIFT;
}

/*
 * Bit 0 is the page whose number is a multiple of 64. So an aligned block of up to 64 pages is in
 * one word, and a larger block is whole words.
 */
size_t page_region_word_count(struct range pa)
{
    if (pa.size == 0) {
        return 0;
    }
    uint64_t first = page_number(pa.start) / WORD_BITS;
    uint64_t last = page_number(pa.start + pa.size - 1) / WORD_BITS;
    return (size_t)(last - first + 1);
}

void page_pool_init(struct page_pool *pool, const struct phys_map *map)
{
    *pool = (struct page_pool){.map = map};
}

/* True if all pages of the block are used, or all are free. */
static bool block_is(const struct page_pool_region *region, uint64_t page, unsigned order,
                     bool used)
{
    size_t word = (size_t)((page - region->first) / WORD_BITS);
    if (order >= 6) {
        for (size_t end = word + BIT(order - 6); word < end; word++) {
            if (region->used[word] != (used ? UINT64_MAX : 0)) {
                return false;
            }
        }
        return true;
    }
    uint64_t mask = (BIT(BIT(order)) - 1) << (page % WORD_BITS);
    return (region->used[word] & mask) == (used ? mask : 0);
}

static void bit_put(uint64_t *words, uint64_t index, bool value)
{
    uint64_t mask = BIT(index % WORD_BITS);
    uint64_t *word = &words[index / WORD_BITS];
    *word = value ? *word | mask : *word & ~mask;
}

static bool bit_get(const uint64_t *words, uint64_t index)
{
    return (words[index / WORD_BITS] & BIT(index % WORD_BITS)) != 0;
}

static enum hyp_status check_region(const struct page_pool *pool, const struct page_region *region)
{
    struct range pa = region->pa;
    if (!is_aligned(pa.start | pa.size, HYP_PAGE_SIZE)) {
        return HYP_E_ALIGN;
    }
    size_t need = page_region_word_count(pa);
    if (pa.size == 0 || (region->words != NULL && region->word_count < need) ||
        (region->words == NULL && align_up(need * sizeof(uint64_t), HYP_PAGE_SIZE) >= pa.size)) {
        return HYP_E_PARAM;
    }
    if (phys_to_ptr(pool->map, HPA(pa.start), pa.size) == NULL) {
        return HYP_E_RANGE;
    }
    uint64_t first = page_number(pa.start);
    uint64_t end = first + page_number(pa.size);
    for (uint32_t i = 0; i < pool->region_count; i++) {
        if (first < pool->region[i].end && pool->region[i].start < end) {
            return HYP_E_EXIST;
        }
    }
    return pool->region_count == PAGE_POOL_REGION_MAX ? HYP_E_NOMEM : HYP_OK;
}

/* One hart boots: the counts are not shared yet. */
enum hyp_status page_pool_add(struct page_pool *pool,
                              const struct page_region *region) NO_THREAD_SAFETY_ANALYSIS
{
    HYP_TRY(check_region(pool, region));
    struct range pa = region->pa;
    size_t words = page_region_word_count(pa);
    struct page_pool_region *added = &pool->region[pool->region_count];
    *added = (struct page_pool_region){
        .first = page_number(align_down(pa.start, WORD_BITS * HYP_PAGE_SIZE)),
        .start = page_number(pa.start),
        .end = page_number(pa.start + pa.size),
        .used = region->words,
    };
    if (added->used == NULL) {
        added->used = phys_to_ptr(pool->map, HPA(pa.start), pa.size);
        added->start += page_number(align_up(words * sizeof(uint64_t), HYP_PAGE_SIZE));
    }
    added->hint = added->start;
    memset(added->used, 0, words * sizeof(uint64_t));
    for (uint64_t page = added->first; page < added->start; page++) {
        bit_put(added->used, page - added->first, true);
    }
    for (uint64_t page = added->end; page < added->first + words * WORD_BITS; page++) {
        bit_put(added->used, page - added->first, true);
    }
    pool->free_count += added->end - added->start;
    pool->free_low = pool->free_count;
    pool->region_count++;
    return HYP_OK;
}

/* Bit n: page n of this word begins a free block. Tests all 64 pages at once. */
static uint64_t free_blocks(uint64_t used, unsigned order)
{
    uint64_t free = ~used;
    for (unsigned i = 0; i < order; i++) {
        free &= free >> BIT(i);
    }
    return free & (UINT64_MAX / (BIT(BIT(order)) - 1)); /* Multiples of the block size. */
}

static bool find_block(const struct page_pool_region *region, unsigned order, uint64_t *found)
{
    uint64_t count = order < 6 ? WORD_BITS : BIT(order);
    for (uint64_t page = align_down(region->hint, count); page < region->end; page += count) {
        if (order < 6) {
            uint64_t free = free_blocks(region->used[(page - region->first) / WORD_BITS], order);
            if (free != 0) {
                *found = page + bits_first(free);
                return true;
            }
        } else if (page >= region->hint && count <= region->end - page &&
                   block_is(region, page, order, false)) {
            *found = page;
            return true;
        }
    }
    return false;
}

static void mark_block(struct page_pool_region *region, uint64_t page, unsigned order, bool used)
{
    for (uint64_t p = page; p < page + BIT(order); p++) {
        bit_put(region->used, p - region->first, used);
    }
    if (!used) {
        region->hint = page < region->hint ? page : region->hint;
    } else if (page == region->hint) {
        region->hint = page + BIT(order);
    }
}

/* Allocates a block. */
static bool take_block(struct page_pool *pool, unsigned order, uint64_t *page) REQUIRES(pool->lock)
{
    for (uint32_t i = 0; i < pool->region_count; i++) {
        if (find_block(&pool->region[i], order, page)) {
            mark_block(&pool->region[i], *page, order, true);
            pool->free_count -= BIT(order);
            pool->free_low = pool->free_count < pool->free_low ? pool->free_count : pool->free_low;
            return true;
        }
    }
    return false;
}

/* Allocates and clears a block; `reserved` of its pages are taken from the reserved ones. */
static enum hyp_status alloc_block(struct page_pool *pool, unsigned order, uint64_t reserved,
                                   hpa_t *pa)
{
    uint64_t page;
    spinlock_lock(&pool->lock);
    bool taken = reserved <= pool->reserved &&
                 pool->free_count - pool->reserved + reserved >= BIT(order) &&
                 take_block(pool, order, &page);
    pool->reserved -= taken ? reserved : 0;
    spinlock_unlock(&pool->lock);
    if (!taken) {
        return HYP_E_NOMEM;
    }
    /* The lock is free again: no other hart can have these pages, and clearing them takes long. */
    *pa = HPA(page << HYP_PAGE_SHIFT);
    void *ptr = phys_to_ptr(pool->map, *pa, HYP_PAGE_SIZE << order);
    HYP_ASSERT(ptr != NULL);
    mem_zero(ptr, HYP_PAGE_SIZE << order, pool->zero_block);
    return HYP_OK;
}

enum hyp_status page_pool_alloc(struct page_pool *pool, unsigned order, hpa_t *pa)
{
    return order <= PAGE_ORDER_MAX ? alloc_block(pool, order, 0, pa) : HYP_E_PARAM;
}

enum hyp_status page_pool_reserve(struct page_pool *pool, uint64_t count)
{
    spinlock_lock(&pool->lock);
    bool fits = pool->free_count - pool->reserved >= count;
    pool->reserved += fits ? count : 0;
    spinlock_unlock(&pool->lock);
    return fits ? HYP_OK : HYP_E_NOMEM;
}

hpa_t page_pool_alloc_reserved(struct page_pool *pool)
{
    hpa_t pa;
    enum hyp_status status = alloc_block(pool, 0, 1, &pa);
    HYP_REQUIRE(status == HYP_OK);
    return pa;
}

/* The region of a block that is allocated as a whole; NULL: there is none. */
static struct page_pool_region *find_allocated(struct page_pool *pool, uint64_t page,
                                               unsigned order) REQUIRES(pool->lock)
{
    for (uint32_t i = 0; i < pool->region_count; i++) {
        struct page_pool_region *region = &pool->region[i];
        if (page >= region->start && page < region->end && BIT(order) <= region->end - page &&
            block_is(region, page, order, true)) {
            return region;
        }
    }
    return NULL;
}

enum hyp_status page_pool_free(struct page_pool *pool, hpa_t pa, unsigned order)
{
    if (order > PAGE_ORDER_MAX) {
        return HYP_E_PARAM;
    }
    if (!is_aligned(pa.a, HYP_PAGE_SIZE << order)) {
        return HYP_E_ALIGN;
    }
    uint64_t page = page_number(pa.a);
    spinlock_lock(&pool->lock);
    struct page_pool_region *region = find_allocated(pool, page, order);
    if (region != NULL) {
        mark_block(region, page, order, false);
        pool->free_count += BIT(order);
    }
    spinlock_unlock(&pool->lock);
    return region != NULL ? HYP_OK : HYP_E_ABSENT;
}

bool page_pool_contains(const struct page_pool *pool, hpa_t pa)
{
    uint64_t page = page_number(pa.a);
    for (uint32_t i = 0; i < pool->region_count; i++) {
        if (page >= pool->region[i].start && page < pool->region[i].end) {
            return true;
        }
    }
    return false;
}

static bool region_is_valid(const struct page_pool_region *region, uint64_t *free_count)
{
    uint64_t words = (region->end - 1 - region->first) / WORD_BITS + 1;
    for (uint64_t page = region->first; page < region->first + words * WORD_BITS; page++) {
        bool is_used = bit_get(region->used, page - region->first);
        bool is_ours = page >= region->start && page < region->end;
        if (!is_used && (!is_ours || page < region->hint)) {
            return false;
        }
        *free_count += is_used ? 0 : 1;
    }
    return region->hint >= region->start && region->hint <= region->end;
}

bool page_pool_is_valid(const struct page_pool *pool) NO_THREAD_SAFETY_ANALYSIS
{
    uint64_t free_count = 0;
    if (pool->region_count > PAGE_POOL_REGION_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < pool->region_count; i++) {
        const struct page_pool_region *region = &pool->region[i];
        if (region->start >= region->end || region->first > region->start ||
            !region_is_valid(region, &free_count)) {
            return false;
        }
        for (uint32_t j = 0; j < i; j++) {
            if (region->start < pool->region[j].end && pool->region[j].start < region->end) {
                return false;
            }
        }
    }
    return free_count == pool->free_count && pool->reserved <= free_count;
}
