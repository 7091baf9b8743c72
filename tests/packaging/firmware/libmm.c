/* SPDX-License-Identifier: Apache-2.0 */
/* Maps a page in a G-stage table and finds it there. */
#include "panic.h"

#include <hyp/mm/gstage.h>

static uint64_t pool_memory[16 * 512] __attribute__((aligned(16384)));
static uint64_t pool_words[16];

void fw_main(void)
{
    const uintptr_t start = (uintptr_t)pool_memory;
    const struct range pages = {start, sizeof(pool_memory)};
    const struct phys_map map = {.window = {{.pa = pages, .va = start}}, .count = 1};
    const struct page_region region = {
        .pa = pages,
        .words = pool_words,
        .word_count = page_region_word_count(pages),
    };
    struct page_pool pool;
    struct gstage table;
    const struct gstage_config config = {.pool = &pool, .mode = GSTAGE_SV39X4, .vmid = 1};
    hpa_t hpa = {0};

    page_pool_init(&pool, &map);
    bool good = page_pool_add(&pool, &region) == HYP_OK;
    good = good && gstage_create(&table, &config) == HYP_OK;
    good = good && gstage_map(&table, GPA(0x1000), HPA(0x80000000), GSTAGE_4K, GSTAGE_R) == HYP_OK;
    good = good && gstage_translate(&table, GPA(0x1008), &hpa) == HYP_OK && hpa.a == 0x80000008;
    fw_end("libmm", good);
}
