/* SPDX-License-Identifier: Apache-2.0 */
/* Allocates objects from a page pool, in whole cache lines. */
#include <hyp/mm/object_pool.h>

#include <hyp/base/bits.h>

#define OBJECT_ALIGN 64u

void *object_pool_alloc(struct object_pool *objects, uint64_t size)
{
    unsigned order = 0;
    if (size == 0 || size > HYP_PAGE_SIZE << PAGE_ORDER_MAX) {
        return NULL;
    }
    size = align_up(size, OBJECT_ALIGN);
    if (size <= objects->spare_size) {
        uint8_t *object = objects->spare;
        objects->spare += size;
        objects->spare_size -= size;
        return object;
    }
    while ((HYP_PAGE_SIZE << order) < size) {
        order++;
    }
    hpa_t pa;
    if (page_pool_alloc(objects->pages, order, &pa) != HYP_OK) {
        return NULL;
    }
    uint64_t block = HYP_PAGE_SIZE << order;
    uint8_t *object = phys_to_ptr(objects->pages->map, pa, block);
    if (block - size > objects->spare_size) {
        objects->spare = object + size;
        objects->spare_size = block - size;
    }
    return object;
}
