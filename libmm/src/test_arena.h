/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host memory in place of the hypervisor's pool: an arena behind a phys_map, and a page_pool on it.
 */
#pragma once

#include <hyp/mm/pages.h>

#include <stdlib.h>
#include <string.h>

#define ARENA_PAGES 96
#define ARENA_PA UINT64_C(0x80000000)

struct test_arena {
    struct phys_map map;
    struct page_pool pool;
    uint64_t words[2 * (ARENA_PAGES / 64 + 2)];
};

static _Alignas(4096) uint8_t test_memory[ARENA_PAGES * 4096];

/* A pool of `page_count` dirty pages that starts `skip` pages into the arena. */
static inline void test_arena_init(struct test_arena *arena, uint64_t skip, uint64_t page_count)
{
    *arena = (struct test_arena){
        .map =
            {
                .window = {{{ARENA_PA, sizeof(test_memory)}, (uintptr_t)test_memory}},
                .count = 1,
            },
    };
    struct page_region region = {
        .pa = {ARENA_PA + skip * HYP_PAGE_SIZE, page_count * HYP_PAGE_SIZE},
        .words = arena->words,
        .word_count = sizeof(arena->words) / sizeof(arena->words[0]),
    };
    page_pool_init(&arena->pool, &arena->map);
    if (page_count != 0 && page_pool_add(&arena->pool, &region) != HYP_OK) {
        abort();
    }
}

static inline uint8_t *test_ptr(hpa_t pa)
{
    return test_memory + (pa.a - ARENA_PA);
}
