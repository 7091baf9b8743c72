/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An allocator for objects that are never freed. Small objects share pages.
 *
 * An object that does not fit into the spare block gets a new block: a power of two of pages. The
 * larger of the two remainders becomes the spare block for the next objects.
 *
 * Owner   The caller's storage; the page pool is borrowed and must outlive it.
 * Locks   None: one hart allocates at a time.
 */
#pragma once

#include <hyp/mm/pages.h>

struct object_pool {
    struct page_pool *pages;
    uint8_t *spare; /* The unused end of a block. */
    uint64_t spare_size;
};

static inline void object_pool_init(struct object_pool *objects, struct page_pool *pages)
{
    *objects = (struct object_pool){.pages = pages};
}

/*
 * Allocates `size` bytes, zeroed and aligned to 64 bytes. Returns NULL if size is 0 or above
 * HYP_PAGE_SIZE << PAGE_ORDER_MAX, or the pool has no such block left.
 */
void *object_pool_alloc(struct object_pool *objects, uint64_t size);
