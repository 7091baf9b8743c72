/* SPDX-License-Identifier: Apache-2.0 */
/* Converts host-physical addresses of the hypervisor's own pages to pointers and back. */
#include <hyp/arch/phys.h>

HYP_COLD void *phys_to_ptr(const struct phys_map *map, hpa_t pa, uint64_t size)
{
    for (uint32_t i = 0; i < map->count; i++) {
        const struct phys_window *w = &map->window[i];
        if (range_covers(w->pa, pa.a, size)) {
            return (void *)(w->va + (uintptr_t)(pa.a - w->pa.start));
        }
    }
    return NULL;
}

HYP_COLD hpa_t phys_of_ptr(const struct phys_map *map, const void *ptr)
{
    uintptr_t va = (uintptr_t)ptr;
    for (uint32_t i = 0; i < map->count; i++) {
        const struct phys_window *w = &map->window[i];
        if (va >= w->va && va - w->va < w->pa.size) {
            return HPA(w->pa.start + (va - w->va));
        }
    }
    return HPA(UINT64_MAX);
}
