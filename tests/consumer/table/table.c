/* SPDX-License-Identifier: Apache-2.0 */
/* Another firmware: builds a G-stage table with libmm, and asks the hart what it says. */
#include "sbi.h"

#include <hyp/base/assert.h>
#include <hyp/mm/gstage.h>

#define PAGE 4096
#define POOL_PAGES 16
#define POOL_WORDS 16
#define GUEST_LOAD_PAGE_FAULT 21
#define SECRET UINT64_C(0x0123456789abcdef)

void set_hgatp(uint64_t hgatp);
uint64_t load_as_guest(uint64_t gpa, uint64_t *value);
void table_main(void);

static uint64_t pool_memory[POOL_PAGES * PAGE / 8] __attribute__((aligned(4 * PAGE)));
static uint64_t pool_words[POOL_WORDS];
static uint64_t guest_page[PAGE / 8] __attribute__((aligned(PAGE)));

static const gpa_t gpa = {0x40001000};

/* The table has one leaf of a page at gpa, and translates addresses in it. */
static int walks(const struct gstage *table)
{
    struct ptable_leaf leaf;
    hpa_t hpa;

    return gstage_walk(table, gpa, &leaf) == HYP_OK && leaf.size == PAGE &&
           gstage_translate(table, GPA(gpa.a + 8), &hpa) == HYP_OK &&
           hpa.a == (uintptr_t)&guest_page[1] &&
           gstage_walk(table, GPA(gpa.a + PAGE), &leaf) == HYP_E_ABSENT;
}

/* The hart reads `want` there, or gets a guest page fault if want is 0. */
static int reads(uint64_t address, uint64_t want)
{
    uint64_t value = 0;
    uint64_t cause = load_as_guest(address, &value);

    return want != 0 ? cause == 0 && value == want : cause == GUEST_LOAD_PAGE_FAULT;
}

static int maps(struct page_pool *pool)
{
    struct gstage table;
    const struct gstage_config config = {.pool = pool, .mode = GSTAGE_SV39X4, .vmid = 1};

    if (gstage_create(&table, &config) != HYP_OK) {
        return 0;
    }
    set_hgatp(gstage_hgatp(&table));
    int good = reads(gpa.a, 0);
    good &= gstage_map(&table, gpa, HPA((uintptr_t)guest_page), GSTAGE_4K, GSTAGE_R) == HYP_OK;
    good &= gstage_map(&table, gpa, HPA(0), GSTAGE_4K, GSTAGE_R) == HYP_E_EXIST;
    good &= walks(&table);
    set_hgatp(gstage_hgatp(&table));
    good &= reads(gpa.a + 8, SECRET) && reads(gpa.a + PAGE, 0) && reads(gpa.a - 8, 0);
    good &= gstage_unmap_range(&table, gpa, PAGE) == HYP_OK;
    good &= reads(gpa.a + 8, 0);
    set_hgatp(0);
    gstage_destroy(&table);
    return good;
}

/* A broken contract. libarch's own, a dump, would bring its boot and traps along. */
_Noreturn void hyp_panic_at(const char *file, int line, const char *condition)
{
    (void)file;
    (void)line;
    put(condition);
    end("table", 0);
}

void table_main(void)
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

    guest_page[1] = SECRET;
    page_pool_init(&pool, &map);
    int good = region.word_count <= POOL_WORDS && page_pool_add(&pool, &region) == HYP_OK;
    good &= maps(&pool) && pool.free_count == POOL_PAGES;
    end("table", good);
}
