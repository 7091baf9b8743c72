/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: a gstage behaves as an array of pages does. 1028 pages around the border between the
 * first two GiB, so that both GiB and four 2 MiB areas can get inner tables; the pool can become
 * empty.
 */
#include <hyp/mm/gstage.h>

#include "test_arena.h"

#include <hyp/arch/fence.h>
#include <prop.h>

#ifndef STEPS
#define STEPS 10
#define EDGES 9
#endif

enum { PAGES = 1028, BIG = 512, AREAS = 4, VMID = 5 };

#define BASE_PAGE (UINT64_C(0x40000) - 514)

struct page {
    uint64_t hpa; /* 0: not mapped. */
    unsigned perm;
    bool is_big;
};

struct model {
    struct page page[PAGES];
    bool has_l1[2];     /* A table for this GiB. */
    bool has_l0[AREAS]; /* A table for this 2 MiB. */
};

static const uint64_t edges[] = {1, 2, 513, 514, 0, 3, 515, 1025, 1026};
static const uint64_t sizes[] = {1, 2, 512, 1024};

static uint64_t pick(const uint64_t *list, size_t count)
{
    return list[prop_u64(count)];
}

/* Page index to 2 MiB area and to GiB: 2 pages, 512, 512, 2 pages. */
static unsigned area_of(uint64_t index)
{
    return (unsigned)((BASE_PAGE + index) / BIG - BASE_PAGE / BIG);
}

static unsigned gib_of(uint64_t index)
{
    return index < 514 ? 0 : 1;
}

static bool starts_big(const struct model *m, uint64_t index, uint64_t end, uint64_t hpa)
{
    return (BASE_PAGE + index) % BIG == 0 && end - index >= BIG &&
           hpa % (BIG * HYP_PAGE_SIZE) == 0 && !m->has_l0[area_of(index)];
}

/* Maps into the model; returns how many tables that takes. */
static uint64_t model_map(struct model *m, uint64_t index, uint64_t count, uint64_t hpa,
                          unsigned perm)
{
    uint64_t need = 0;
    for (uint64_t i = index, end = index + count; i < end;) {
        uint64_t leaf_hpa = hpa + (i - index) * HYP_PAGE_SIZE;
        bool is_big = starts_big(m, i, end, leaf_hpa);
        need += m->has_l1[gib_of(i)] ? 0 : 1;
        need += is_big || m->has_l0[area_of(i)] ? 0 : 1;
        m->has_l1[gib_of(i)] = true;
        m->has_l0[area_of(i)] |= !is_big;
        for (uint64_t stop = i + (is_big ? BIG : 1); i < stop; i++) {
            m->page[i] = (struct page){hpa + (i - index) * HYP_PAGE_SIZE, perm, is_big};
        }
    }
    return need;
}

static bool any_mapped(const struct model *m, uint64_t index, uint64_t count)
{
    for (uint64_t i = index; i < index + count; i++) {
        if (m->page[i].hpa != 0) {
            return true;
        }
    }
    return false;
}

static void step_map(struct gstage *gs, struct model *m)
{
    static const unsigned perms[] = {GSTAGE_R | GSTAGE_W | GSTAGE_X, GSTAGE_W};
    uint64_t index = pick(edges, EDGES);
    uint64_t count = pick(sizes, 4);
    uint64_t hpa =
        0x100000000 + (BASE_PAGE + index) % BIG * HYP_PAGE_SIZE + prop_u64(2) * HYP_PAGE_SIZE;
    unsigned perm = perms[prop_u64(2)];
    if (index + count > PAGES) {
        return;
    }
    struct gstage_mapping mapping = {
        .gpa = GPA((BASE_PAGE + index) * HYP_PAGE_SIZE),
        .hpa = HPA(hpa),
        .size = count * HYP_PAGE_SIZE,
        .perm = perm,
    };
    uint64_t free_count = gs->table.pool->free_count;
    enum hyp_status status = gstage_map_range(gs, &mapping);
    if (perm == GSTAGE_W) {
        PROP_ASSERT(status == HYP_E_RANGE);
    } else if (any_mapped(m, index, count)) {
        PROP_ASSERT(status == HYP_E_EXIST);
    } else {
        struct model next = *m;
        uint64_t need = model_map(&next, index, count, hpa, perm);
        PROP_ASSERT(status == (need <= free_count ? HYP_OK : HYP_E_NOMEM));
        if (status == HYP_OK) {
            PROP_ASSERT(gs->table.pool->free_count == free_count - need);
            *m = next;
        }
    }
}

static void step_map_leaf(struct gstage *gs, struct model *m)
{
    uint64_t index = pick(edges, EDGES);
    bool is_big = prop_bool();
    uint64_t count = is_big ? BIG : 1;
    gpa_t gpa = GPA((BASE_PAGE + index) * HYP_PAGE_SIZE);
    uint64_t hpa = 0x200000000;
    uint64_t free_count = gs->table.pool->free_count;
    enum hyp_status status =
        gstage_map(gs, gpa, HPA(hpa), is_big ? GSTAGE_2M : GSTAGE_4K, GSTAGE_R);
    if ((BASE_PAGE + index) % count != 0) {
        PROP_ASSERT(status == HYP_E_ALIGN);
        return;
    }
    if (index + count > PAGES) { /* The last leaf ends after the model. */
        PROP_ASSERT(status == HYP_OK || status == HYP_E_EXIST || status == HYP_E_NOMEM);
        if (status == HYP_OK) {
            PROP_ASSERT(gstage_unmap_range(gs, gpa, count * HYP_PAGE_SIZE) == HYP_OK);
            m->has_l1[gib_of(index)] = true;
        }
        return;
    }
    if (any_mapped(m, index, count) || (is_big && m->has_l0[area_of(index)])) {
        PROP_ASSERT(status == HYP_E_EXIST);
        return;
    }
    struct model next = *m;
    uint64_t need = model_map(&next, index, count, hpa, GSTAGE_R);
    PROP_ASSERT(status == (need <= free_count ? HYP_OK : HYP_E_NOMEM));
    if (status == HYP_OK) {
        *m = next;
    }
}

/* The status that an unmap must return, and the number of leaves. */
static enum hyp_status model_unmap(const struct model *m, uint64_t index, uint64_t count,
                                   unsigned *leaves)
{
    for (uint64_t i = index; i < index + count;) {
        if (m->page[i].hpa == 0) {
            return HYP_E_ABSENT;
        }
        uint64_t pages = m->page[i].is_big ? BIG : 1;
        if ((BASE_PAGE + i) % pages != 0 || pages > index + count - i) {
            return HYP_E_ALIGN;
        }
        i += pages;
        ++*leaves;
    }
    return HYP_OK;
}

static void step_unmap(struct gstage *gs, struct model *m)
{
    uint64_t index = pick(edges, EDGES);
    uint64_t count = pick(sizes, 4);
    if (index + count > PAGES) {
        return;
    }
    unsigned leaves = 0;
    enum hyp_status expect = model_unmap(m, index, count, &leaves);
    const struct fence_log *log = fence_host_log();
    fence_host_reset();
    PROP_ASSERT(gstage_unmap_range(gs, GPA((BASE_PAGE + index) * HYP_PAGE_SIZE),
                                   count * HYP_PAGE_SIZE) == expect);
    if (expect != HYP_OK) {
        PROP_ASSERT(log->count == 0);
        return;
    }
    if (leaves > GSTAGE_FENCE_LEAF_MAX) {
        PROP_ASSERT(log->count == 1 && log->record[0].kind == FENCE_GVMA_VMID);
        PROP_ASSERT(log->record[0].id == VMID);
    } else {
        PROP_ASSERT(log->count == leaves);
        for (unsigned f = 0; f < leaves; f++) {
            PROP_ASSERT(log->record[f].kind == FENCE_GVMA && log->record[f].id == VMID);
            uint64_t page = log->record[f].address / HYP_PAGE_SIZE - BASE_PAGE;
            PROP_ASSERT(page >= index && page < index + count);
        }
    }
    memset(&m->page[index], 0, count * sizeof(m->page[0]));
}

static void check_all(const struct gstage *gs, const struct model *m)
{
    for (uint64_t i = 0; i < PAGES; i++) {
        const struct page *page = &m->page[i];
        gpa_t gpa = GPA((BASE_PAGE + i) * HYP_PAGE_SIZE + 0x123);
        struct ptable_leaf leaf;
        hpa_t hpa;
        if (page->hpa == 0) {
            PROP_ASSERT(gstage_translate(gs, gpa, &hpa) == HYP_E_ABSENT);
            continue;
        }
        PROP_ASSERT(gstage_walk(gs, gpa, &leaf) == HYP_OK);
        PROP_ASSERT(leaf.size == (page->is_big ? BIG : 1) * HYP_PAGE_SIZE);
        PROP_ASSERT(leaf.pa.a + (gpa.a - leaf.address) == page->hpa + 0x123);
        PROP_ASSERT((leaf.pte & 0x3ff) == (page->perm | PTE_V | PTE_U | PTE_A | PTE_D));
    }
    PROP_ASSERT(gstage_is_valid(gs));
}

void prop_run(void)
{
    struct test_arena arena;
    struct gstage gs;
    struct model model = {0};
    static const uint64_t tables[] = {2, 8};
    uint64_t pages = 4 + pick(tables, 2);
    test_arena_init(&arena, 0, pages);
    struct gstage_config config = {.pool = &arena.pool, .mode = GSTAGE_SV39X4, .vmid = VMID};
    PROP_ASSERT(gstage_create(&gs, &config) == HYP_OK);
    for (int step = 0; step < STEPS; step++) {
        switch (prop_u64(3)) {
        case 0: step_map(&gs, &model); break;
        case 1: step_map_leaf(&gs, &model); break;
        default: step_unmap(&gs, &model); break;
        }
    }
    check_all(&gs, &model);
    gstage_destroy(&gs);
    PROP_ASSERT(arena.pool.free_count == pages);
    PROP_ASSERT(page_pool_is_valid(&arena.pool));
}
