/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page pools: the hypervisor's own pages, and the guests' physical memory.
 *
 * page_pool     hands out 2^order contiguous pages, naturally aligned, filled
 *               with zero, out of up to PAGE_POOL_REGION_MAX regions that the
 *               phys_map maps. What a region holds before does not matter: each page is
 *               cleared when it is taken. A bit a page; setting up costs nothing but them.
 * region_pool   hands out big host-physical ranges and never touches what is in
 *               them: guest memory has no mapping. A sorted array of free ranges.
 *
 * Units   Addresses and sizes are bytes; `order` is log2 of a number of pages.
 * Owner   The caller owns the objects and the storage that it gives to them.
 * Locks   A page_pool has a lock of its own, inside of all others: harts of several VMs may
 *         take, reserve and give back pages at once. It is held for a look at the bits, never
 *         while a page is cleared. page_pool_init() and page_pool_add() come before the first of
 *         these calls. A region_pool has none: its owner serialises.
 */
#pragma once

#include <hyp/arch/phys.h>
#include <hyp/arch/spinlock.h>
#include <hyp/base/range.h>
#include <hyp/base/status.h>
#include <hyp/base/types.h>

#define PAGE_POOL_REGION_MAX 4

/* The largest order: 1 GiB. */
#define PAGE_ORDER_MAX 18

/* One region for a page_pool, as the caller describes it. */
struct page_region {
    struct range pa;   /* Page-aligned, inside one window of the pool's phys_map. */
    uint64_t *words;   /* Bookkeeping, or NULL: the region's own first pages hold it. */
    size_t word_count; /* At least page_region_word_count(pa), if words is not NULL. */
};

struct page_pool_region {
    uint64_t first; /* Page number of bit 0, a multiple of 64. */
    uint64_t start; /* Page numbers that the pool owns: [start, end). */
    uint64_t end;
    uint64_t hint;  /* No page below this one is free. */
    uint64_t *used; /* Bit set: handed out, or not the pool's. */
};

struct page_pool {
    struct spinlock lock;
    const struct phys_map *map; /* Borrowed; must outlive the pool. */
    uint64_t free_count GUARDED_BY(&lock); /* Pages. */
    /* The least that free_count has been since a region was added. */
    uint64_t free_low GUARDED_BY(&lock);
    /* Of the free pages: kept for page_pool_alloc_reserved(). */
    uint64_t reserved GUARDED_BY(&lock);
    uint32_t zero_block; /* The owner's to set: as mem_zero() takes it, on all harts. 0: stores. */
    uint32_t region_count;
    struct page_pool_region region[PAGE_POOL_REGION_MAX];
};

/* An empty pool. */
void page_pool_init(struct page_pool *pool, const struct phys_map *map);

/* How many 64-bit words of bookkeeping a region takes: a bit a page. */
size_t page_region_word_count(struct range pa);

/*
 * Gives a region to the pool. Work and memory touched: the bookkeeping words only.
 *
 * Returns HYP_OK, or with nothing changed:
 *   HYP_E_ALIGN  start or size is not a multiple of 4 KiB
 *   HYP_E_PARAM  the size is 0 or no more than its own bookkeeping; word_count is too small
 *   HYP_E_RANGE  the region is not inside one window of the phys_map
 *   HYP_E_EXIST  some of it is in the pool already
 *   HYP_E_NOMEM  the pool has PAGE_POOL_REGION_MAX regions
 */
HYP_MUST_USE enum hyp_status page_pool_add(struct page_pool *pool,
                                           const struct page_region *region);

/*
 * Takes 2^order pages, aligned to their size and filled with zero; lowest fit of
 * the first region that has one.
 *
 * Returns HYP_OK, HYP_E_PARAM (order > PAGE_ORDER_MAX) or HYP_E_NOMEM; *pa is
 * written on HYP_OK only.
 */
HYP_MUST_USE enum hyp_status page_pool_alloc(struct page_pool *pool, unsigned order, hpa_t *pa);

/*
 * Keeps `count` free pages for as many calls of page_pool_alloc_reserved(), which then cannot
 * fail, whatever other harts take meanwhile: for whoever must not stop halfway.
 *
 * Returns HYP_OK or HYP_E_NOMEM.
 */
HYP_MUST_USE enum hyp_status page_pool_reserve(struct page_pool *pool, uint64_t count);

/* Takes one of the caller's reserved pages, filled with zero. */
hpa_t page_pool_alloc_reserved(struct page_pool *pool);

/*
 * Gives pages back. A block may come back in aligned pieces.
 *
 * Returns HYP_OK, or with nothing changed:
 *   HYP_E_PARAM   order > PAGE_ORDER_MAX
 *   HYP_E_ALIGN   pa is not a multiple of the block's size
 *   HYP_E_ABSENT  some of the block is not the pool's or not handed out
 */
HYP_MUST_USE enum hyp_status page_pool_free(struct page_pool *pool, hpa_t pa, unsigned order);

/* Is this page the pool's, free or handed out? */
bool page_pool_contains(const struct page_pool *pool, hpa_t pa);

/* Counts agree with the bits, regions are disjoint, no free page is below its hint. */
bool page_pool_is_valid(const struct page_pool *pool);

struct region_pool {
    struct range *free; /* Sorted, page-aligned, disjoint, never touching each other. */
    uint32_t count;
    uint32_t capacity;
};

/* An empty pool over `capacity` slots of the caller's. n ranges in use take at most n + 1. */
void region_pool_init(struct region_pool *pool, struct range *slots, uint32_t capacity);

/*
 * Gives memory to the pool, at boot or back from a VM; joins it with its neighbours.
 *
 * Returns HYP_OK, or with nothing changed:
 *   HYP_E_PARAM  size is 0
 *   HYP_E_ALIGN  start or size is not a multiple of 4 KiB
 *   HYP_E_RANGE  the range passes 2^56
 *   HYP_E_EXIST  some of it is free in the pool already
 *   HYP_E_NOMEM  no slot is left
 */
HYP_MUST_USE enum hyp_status region_pool_add(struct region_pool *pool, struct range range);

/*
 * Takes exactly this range: a guest's fixed memory.
 *
 * Returns HYP_OK, or with nothing changed HYP_E_PARAM, HYP_E_ALIGN, HYP_E_RANGE as
 * above, HYP_E_ABSENT (some of it is not free) or HYP_E_NOMEM (no slot for the rest).
 */
HYP_MUST_USE enum hyp_status region_pool_take(struct region_pool *pool, struct range range);

/*
 * Punches a reservation out (firmware, the hypervisor itself): whatever of the
 * range is free stops being so, and what is not in the pool does not matter. The
 * range is widened to whole pages.
 *
 * Returns HYP_OK, or with nothing changed HYP_E_RANGE (passes 2^56) or HYP_E_NOMEM.
 */
HYP_MUST_USE enum hyp_status region_pool_exclude(struct region_pool *pool, struct range range);

/*
 * Takes `size` bytes aligned to `align`, first fit in address order.
 *
 * Returns HYP_OK, or with nothing changed:
 *   HYP_E_PARAM  size is 0, or align is not a power of two from 4 KiB to 1 GiB
 *   HYP_E_ALIGN  size is not a multiple of 4 KiB
 *   HYP_E_NOMEM  no range is big enough, or taking it would need a slot too many
 */
HYP_MUST_USE enum hyp_status region_pool_alloc(struct region_pool *pool, uint64_t size,
                                               uint64_t align, hpa_t *pa);

/* The sum of the free ranges, in bytes. */
uint64_t region_pool_free_size(const struct region_pool *pool);

/* The order that the struct's comment states holds. */
bool region_pool_is_valid(const struct region_pool *pool);
