/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page pool: the hypervisor's own memory.
 *
 * A page_pool allocates blocks of 2^order contiguous pages, aligned to their size and filled with
 * zero, from up to PAGE_POOL_REGION_MAX regions that the phys_map maps. The pool clears each page
 * when it is taken, so the content of a region does not matter, and adding one writes its
 * bookkeeping only: a bit a page.
 *
 * Units   Addresses and sizes are bytes; `order` is log2 of a number of pages.
 * Owner   The caller owns the pool and the storage that it gives to it.
 * Locks   The pool has a lock of its own, which is the innermost lock: harts of several VMs may
 *         allocate, reserve and free pages at once. The lock is held while the bits are searched,
 *         never while a page is cleared. page_pool_init() and page_pool_add() must be called before
 *         any other hart uses the pool.
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

/* A region to add to a pool. */
struct page_region {
    struct range pa;   /* Page-aligned, inside one window of the pool's phys_map. */
    uint64_t *words;   /* Storage for the bits; NULL: the region's own first pages. */
    size_t word_count; /* At least page_region_word_count(pa), if words is not NULL. */
};

struct page_pool_region {
    uint64_t first; /* Page number of bit 0, a multiple of 64. */
    uint64_t start; /* The pool owns the page numbers [start, end). */
    uint64_t end;
    uint64_t hint;  /* No page below this one is free. */
    uint64_t *used; /* Bit set: the page is allocated, or not the pool's. */
};

struct page_pool {
    struct spinlock lock;
    const struct phys_map *map;            /* Borrowed; must outlive the pool. */
    uint64_t free_count GUARDED_BY(&lock); /* Pages. */
    /* Low-water mark of free_count since a region was added. */
    uint64_t free_low GUARDED_BY(&lock);
    /* Free pages kept for page_pool_alloc_reserved(). */
    uint64_t reserved GUARDED_BY(&lock);
    uint32_t zero_block; /* Set by the owner: argument of mem_zero() on all harts. 0: stores. */
    uint32_t region_count;
    struct page_pool_region region[PAGE_POOL_REGION_MAX];
};

/* Makes an empty pool. */
void page_pool_init(struct page_pool *pool, const struct phys_map *map);

/* Number of 64-bit words that hold a region's bits, for page_region.word_count. */
size_t page_region_word_count(struct range pa);

/*
 * Adds a region to the pool. Writes the bookkeeping words only.
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
 * Allocates 2^order pages, aligned to their size and filled with zero: the lowest block of the
 * first region that has one.
 *
 * Returns HYP_OK, HYP_E_PARAM (order > PAGE_ORDER_MAX) or HYP_E_NOMEM; *pa is
 * written on HYP_OK only.
 */
HYP_MUST_USE enum hyp_status page_pool_alloc(struct page_pool *pool, unsigned order, hpa_t *pa);

/*
 * Reserves `count` free pages for as many calls of page_pool_alloc_reserved(), which then cannot
 * fail, whatever other harts allocate meanwhile: for an operation that must not fail halfway.
 *
 * Returns HYP_OK or HYP_E_NOMEM.
 */
HYP_MUST_USE enum hyp_status page_pool_reserve(struct page_pool *pool, uint64_t count);

/* Allocates one of the caller's reserved pages, filled with zero. */
hpa_t page_pool_alloc_reserved(struct page_pool *pool);

/*
 * Frees pages. A block may be freed in aligned pieces.
 *
 * Returns HYP_OK, or with nothing changed:
 *   HYP_E_PARAM   order > PAGE_ORDER_MAX
 *   HYP_E_ALIGN   pa is not a multiple of the block's size
 *   HYP_E_ABSENT  some of the block is not the pool's or not allocated
 */
HYP_MUST_USE enum hyp_status page_pool_free(struct page_pool *pool, hpa_t pa, unsigned order);

/* True if this page is the pool's, free or allocated. */
bool page_pool_contains(const struct page_pool *pool, hpa_t pa);

/* True if counts agree with the bits, regions are disjoint, and no free page is below a hint. */
bool page_pool_is_valid(const struct page_pool *pool);
