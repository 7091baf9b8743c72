/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam from host-physical memory to pointers: the hypervisor's own pages only.
 *
 * Only memory of the hypervisor pool is mapped (RW, never X) and can be named
 * here; guest memory cannot, there is no pointer to it (see guest_mem.h).
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
 * The pointer to [pa, pa + size), or NULL when that is not wholly inside one
 * window. Pure: no page table is read.
 */
void *phys_to_ptr(const struct phys_map *map, hpa_t pa, uint64_t size);

/* The address behind a pointer that phys_to_ptr() gave; UINT64_MAX for others. */
hpa_t phys_of_ptr(const struct phys_map *map, const void *ptr);
