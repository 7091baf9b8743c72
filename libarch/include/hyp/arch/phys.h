/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam from host-physical addresses to pointers, for the hypervisor's own pages only.
 *
 * Only memory of the hypervisor's pool is mapped (RW, never X). There is no pointer to guest
 * memory (see guest_mem.h).
 *
 * Owner   A `struct phys_map` is its embedder's; libmm keeps a pointer to it.
 */
#pragma once

#include <hyp/base/range.h>
#include <hyp/base/types.h>

#define PHYS_WINDOW_MAX 4

/* Host-physical [pa.start, +size) is mapped at va. */
struct phys_window {
    struct range pa;
    uintptr_t va;
};

struct phys_map {
    struct phys_window window[PHYS_WINDOW_MAX];
    uint32_t count;
};

/*
 * Returns the pointer to [pa, pa + size), or NULL if the range is not inside one window. Pure: no
 * page table is read.
 */
void *phys_to_ptr(const struct phys_map *map, hpa_t pa, uint64_t size);

/* Returns the address of a pointer from phys_to_ptr(); UINT64_MAX for any other pointer. */
hpa_t phys_of_ptr(const struct phys_map *map, const void *ptr);
