/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects that stay for good, out of a page pool: small ones share pages.
 *
 * An object that does not fit behind the last one begins a block of its own: a power of two of
 * pages. What the larger of the two blocks has left serves the next objects.
 *
 * Owner   The caller's storage; the page pool is borrowed and outlives it. Nothing is given back.
 * Locks   None: one hart allocates at a time.
 */
#pragma once

#include <hyp/mm/pages.h>

struct object_pool {
    struct page_pool *pages;
    uint8_t *spare; /* The rest of a block. */
    uint64_t spare_size;
};

static inline void object_pool_init(struct object_pool *objects, struct page_pool *pages)
{
    *objects = (struct object_pool){.pages = pages};
}

/*
 * Returns `size` bytes that are 0, aligned to 64 bytes. NULL: size is 0 or above
 * HYP_PAGE_SIZE << PAGE_ORDER_MAX, or the pool has no such block left.
 */
void *object_pool_alloc(struct object_pool *objects, uint64_t size);
