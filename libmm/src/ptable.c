/* SPDX-License-Identifier: Apache-2.0 */
/* Radix page tables: check a whole range first, then change it. */
#include <hyp/mm/ptable.h>

#include <hyp/base/assert.h>

#define TABLE_ENTRIES 512u

#define PTE_RESERVED ((BIT(10) - 1) << 54) /* N, PBMT and 60-54 */
#define PTE_RSW (BIT(8) | BIT(9))

/* Where a walk stopped, and the tables that it came through. */
struct place {
    uint64_t *slot;
    uint64_t pte;
    unsigned level;
    hpa_t table[PTABLE_LEVEL_MAX];
};

/* Inline even in code compiled for size: a call would be longer than the function. */
#define INLINE __attribute__((always_inline)) static inline

INLINE uint64_t pte_load(const uint64_t *slot)
{
    return __atomic_load_n(slot, __ATOMIC_RELAXED);
}

/* Pairs with the hardware walker: what the new PTE points to is written before it. */
INLINE void pte_store(uint64_t *slot, uint64_t pte)
{
    __atomic_store_n(slot, pte, __ATOMIC_RELEASE);
}

/* Difference of the PTEs of two leaves that follow each other. */
static uint64_t pte_step(unsigned level)
{
    return ptable_leaf_size(level) >> HYP_PAGE_SHIFT << PTE_PPN_LO;
}

static size_t entry_count(const struct ptable *t, unsigned level)
{
    return (size_t)TABLE_ENTRIES << (level + 1 == t->level_count ? t->root_order : 0);
}

static size_t index_at(const struct ptable *t, uint64_t address, unsigned level)
{
    return (size_t)((address / ptable_leaf_size(level)) & (entry_count(t, level) - 1));
}

static uint64_t *table_ptr(const struct ptable *t, hpa_t pa, unsigned level)
{
    bool is_root = level + 1 == t->level_count;
    return phys_to_ptr(t->map, pa, HYP_PAGE_SIZE << (is_root ? t->root_order : 0));
}

static bool leaf_is_well_formed(uint64_t pte, unsigned level)
{
    uint64_t reserved = PTE_RESERVED & ~((BIT(PTE_PBMT_WIDTH) - 1) << PTE_PBMT_LO);
    return (pte & reserved) == 0 && pte_mem_type(pte) <= MEM_IO &&
           pte_perm_is_legal(pte_perm(pte)) && is_aligned(pte_pa(pte).a, ptable_leaf_size(level));
}

static bool inner_is_well_formed(uint64_t pte)
{
    return (pte & (PTE_RESERVED | PTE_D | PTE_A | PTE_U)) == 0;
}

/* Walks down to the entry of level `stop`, or to the first above it that is no table. */
static enum hyp_status descend(const struct ptable *t, uint64_t address, unsigned stop,
                               struct place *at)
{
    hpa_t table = t->root;
    for (unsigned level = t->level_count - 1;; level--) {
        uint64_t *entries = table_ptr(t, table, level);
        if (entries == NULL) {
            return HYP_E_FAULT;
        }
        at->table[level] = table;
        at->level = level;
        at->slot = &entries[index_at(t, address, level)];
        at->pte = pte_load(at->slot);
        if (!pte_is_valid(at->pte)) {
            return HYP_OK;
        }
        if (pte_is_leaf(at->pte)) {
            return leaf_is_well_formed(at->pte, level) ? HYP_OK : HYP_E_FORMAT;
        }
        if (level == 0 || !inner_is_well_formed(at->pte)) {
            return HYP_E_FORMAT;
        }
        if (level == stop) {
            return HYP_OK;
        }
        table = pte_pa(at->pte);
    }
}

enum hyp_status ptable_create(struct ptable *t, struct page_pool *pool, unsigned level_count,
                              unsigned root_order)
{
    hpa_t root;
    bool is_mode = level_count >= 3 && level_count <= PTABLE_LEVEL_MAX;
    HYP_REQUIRE(is_mode);
    HYP_TRY(page_pool_alloc(pool, root_order, &root));
    *t = (struct ptable){
        .map = pool->map,
        .pool = pool,
        .root = root,
        .level_count = level_count,
        .root_order = root_order,
    };
    return HYP_OK;
}

static void release(struct ptable *t, hpa_t table, unsigned order)
{
    enum hyp_status status = page_pool_free(t->pool, table, order);
    HYP_REQUIRE(status == HYP_OK);
}

void ptable_destroy(struct ptable *t)
{
    unsigned top = t->level_count - 1;
    struct place at;
    for (uint64_t address = 0; address < BIT(ptable_bits(t));) {
        enum hyp_status status = descend(t, address, 0, &at);
        HYP_REQUIRE(status == HYP_OK);
        address += ptable_leaf_size(at.level);
        /* A table goes when the walk has left what it covers, so after those below it. */
        for (unsigned level = at.level; level < top; level++) {
            if (is_aligned(address, ptable_leaf_size(level + 1))) {
                release(t, at.table[level], 0);
            }
        }
    }
    release(t, t->root, t->root_order);
    t->table_count = 0;
}

static enum hyp_status check_mapping(const struct ptable *t, const struct ptable_mapping *m)
{
    if (m->size == 0) {
        return HYP_E_PARAM;
    }
    if (!range_covers((struct range){0, BIT(ptable_bits(t))}, m->address, m->size) ||
        !range_covers((struct range){0, PTE_PA_LIMIT}, m->pa.a, m->size)) {
        return HYP_E_RANGE;
    }
    return is_aligned(m->address | m->pa.a | m->size, ptable_leaf_size(m->level_min)) ? HYP_OK
                                                                                      : HYP_E_ALIGN;
}

/* The largest leaf that fits `done` bytes into the mapping. */
static unsigned fit_level(const struct ptable_mapping *m, uint64_t done)
{
    unsigned level = m->level_max;
    while (level > m->level_min &&
           (!is_aligned((m->address + done) | (m->pa.a + done), ptable_leaf_size(level)) ||
            m->size - done < ptable_leaf_size(level))) {
        level--;
    }
    return level;
}

/*
 * The level of the next leaf, and the empty entry to begin from: of that level,
 * or above it, where inner tables are to be made.
 */
static enum hyp_status find_slot(const struct ptable *t, const struct ptable_mapping *m,
                                 uint64_t done, unsigned *level, struct place *at)
{
    for (*level = fit_level(m, done);; --*level) {
        HYP_TRY(descend(t, m->address + done, *level, at));
        if (!pte_is_valid(at->pte)) {
            return HYP_OK;
        }
        if (pte_is_leaf(at->pte) || *level == m->level_min) {
            return HYP_E_EXIST;
        }
    }
}

/*
 * Leaves from `done` on, of this level and in one table, that need no walk of their own: those
 * behind the first begin where no larger leaf can, and their entries follow its entry. A table
 * that is not there yet (at->level above the leaf's) is empty.
 */
static size_t run_length(const struct ptable *t, const struct ptable_mapping *m, uint64_t done,
                         unsigned level, const struct place *at)
{
    uint64_t left = (m->size - done) / ptable_leaf_size(level);
    size_t room = entry_count(t, level) - index_at(t, m->address + done, level);
    size_t most = left < room ? (size_t)left : room;
    size_t count = 1;
    if (at->level > level) {
        return most;
    }
    while (count < most && !pte_is_valid(pte_load(at->slot + count))) {
        count++;
    }
    return count;
}

enum hyp_status ptable_map_cost(const struct ptable *t, const struct ptable_mapping *m,
                                uint64_t *table_count)
{
    uint64_t count = 0;
    uint64_t run;
    HYP_TRY(check_mapping(t, m));
    for (uint64_t done = 0; done < m->size; done += run) {
        struct place at;
        unsigned leaf;
        HYP_TRY(find_slot(t, m, done, &leaf, &at));
        run = run_length(t, m, done, leaf, &at) * ptable_leaf_size(leaf);
        /* A table is counted by the first leaf that this mapping puts under it. */
        for (unsigned level = leaf; level < at.level; level++) {
            if (done == 0 || is_aligned(m->address + done, ptable_leaf_size(level + 1))) {
                count++;
            }
        }
    }
    *table_count = count;
    return HYP_OK;
}

/* Makes the tables that are missing, then a run of leaves, and says how many there are in it. */
static size_t map_run(struct ptable *t, const struct ptable_mapping *m, uint64_t done,
                      unsigned level, struct place *at)
{
    size_t count = run_length(t, m, done, level, at);
    while (at->level > level) {
        hpa_t table = page_pool_alloc_reserved(t->pool);
        pte_store(at->slot, pte_table(table));
        t->table_count++;
        at->level--;
        at->slot = table_ptr(t, table, at->level) + index_at(t, m->address + done, at->level);
    }
    uint64_t step = pte_step(level);
    uint64_t pte = pte_leaf(HPA(m->pa.a + done), m->flags);
    for (uint64_t *slot = at->slot, *end = slot + count; slot < end; slot++, pte += step) {
        pte_store(slot, pte);
    }
    return count;
}

void ptable_map_reserved(struct ptable *t, const struct ptable_mapping *m)
{
    uint64_t run;
    for (uint64_t done = 0; done < m->size; done += run) {
        struct place at;
        unsigned level;
        enum hyp_status status = find_slot(t, m, done, &level, &at);
        HYP_ASSERT(status == HYP_OK);
        run = map_run(t, m, done, level, &at) * ptable_leaf_size(level);
    }
}

enum hyp_status ptable_map(struct ptable *t, const struct ptable_mapping *m)
{
    uint64_t cost;
    HYP_TRY(ptable_map_cost(t, m, &cost));
    HYP_TRY(page_pool_reserve(t->pool, cost));
    ptable_map_reserved(t, m);
    return HYP_OK;
}

/*
 * Counts the leaves of one table from `address` on, the first in at->slot, that end within `size`
 * bytes. 0: the first begins before `address`, or ends behind.
 */
static size_t leaves_within(const struct ptable *t, uint64_t address, uint64_t size,
                            const struct place *at)
{
    uint64_t step = ptable_leaf_size(at->level);
    uint64_t left = is_aligned(address, step) ? size / step : 0;
    size_t room = entry_count(t, at->level) - index_at(t, address, at->level);
    size_t most = left < room ? (size_t)left : room;
    size_t count = most != 0 ? 1 : 0;
    while (count < most && pte_is_leaf(pte_load(at->slot + count))) {
        count++;
    }
    return count;
}

enum hyp_status ptable_unmap(struct ptable *t, uint64_t address, uint64_t size,
                             uint64_t *leaf_count)
{
    struct place at;
    uint64_t count = 0;
    uint64_t run;
    if (size == 0) {
        return HYP_E_PARAM;
    }
    if (!range_covers((struct range){0, BIT(ptable_bits(t))}, address, size)) {
        return HYP_E_RANGE;
    }
    for (uint64_t done = 0; done < size; done += run * ptable_leaf_size(at.level)) {
        HYP_TRY(descend(t, address + done, 0, &at));
        if (!pte_is_valid(at.pte)) {
            return HYP_E_ABSENT;
        }
        run = leaves_within(t, address + done, size - done, &at);
        if (run == 0) {
            return HYP_E_ALIGN;
        }
        count += run;
    }
    for (uint64_t done = 0; done < size; done += run * ptable_leaf_size(at.level)) {
        enum hyp_status status = descend(t, address + done, 0, &at);
        HYP_ASSERT(status == HYP_OK);
        run = leaves_within(t, address + done, size - done, &at);
        for (uint64_t i = 0; i < run; i++) {
            pte_store(at.slot + i, 0);
        }
    }
    *leaf_count = count;
    return HYP_OK;
}

enum hyp_status ptable_walk(const struct ptable *t, uint64_t address, struct ptable_leaf *leaf)
{
    struct place at;
    if (address >= BIT(ptable_bits(t))) {
        return HYP_E_RANGE;
    }
    HYP_TRY(descend(t, address, 0, &at));
    uint64_t size = ptable_leaf_size(at.level);
    *leaf = (struct ptable_leaf){
        .address = align_down(address, size),
        .pa = pte_pa(at.pte),
        .size = size,
        .pte = at.pte,
    };
    return pte_is_valid(at.pte) ? HYP_OK : HYP_E_ABSENT;
}

/* ---- All entries ----------------------------------------------------------------------------- */

/* A table on the way down, and the entry that comes next. */
struct level_place {
    const uint64_t *entries;
    uint64_t address; /* What entry 0 translates. */
    size_t next;
};

/* Most entries are empty: eight of them at once cost two instructions each. */
static size_t next_valid(const struct level_place *p, size_t count)
{
    const uint64_t *at = p->entries + p->next;
    const uint64_t *end = p->entries + count;
    while (at < end && !pte_is_valid(pte_load(at))) {
        at++;
        while (end - at >= 8 &&
               !pte_is_valid(pte_load(at) | pte_load(at + 1) | pte_load(at + 2) | pte_load(at + 3) |
                             pte_load(at + 4) | pte_load(at + 5) | pte_load(at + 6) |
                             pte_load(at + 7))) {
            at += 8;
        }
    }
    return (size_t)(at - p->entries);
}

/* Entries from p->next on that continue each other: the same flags, the next physical address. */
static size_t leaves_in_a_row(const struct level_place *p, size_t count, unsigned level)
{
    uint64_t step = pte_step(level);
    const uint64_t *first = p->entries + p->next;
    const uint64_t *end = p->entries + count;
    const uint64_t *at = first;
    uint64_t pte = pte_load(at);
    do {
        at++;
        pte += step;
    } while (at < end && pte_load(at) == pte);
    return (size_t)(at - first);
}

/* The table that this entry points to; NULL: it is none that can be looked into. */
static const uint64_t *table_below(const struct ptable *t, uint64_t pte, unsigned level)
{
    return level != 0 && pte_is_table(pte) && inner_is_well_formed(pte)
               ? table_ptr(t, pte_pa(pte), level - 1)
               : NULL;
}

static uint64_t pages_of(const struct phys_map *map)
{
    uint64_t pages = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        pages += map->window[i].pa.size >> HYP_PAGE_SHIFT;
    }
    return pages;
}

static enum hyp_status visit_run(struct level_place *p, size_t count, unsigned level,
                                 ptable_visit_run *visit, void *context)
{
    struct ptable_run run = {
        .address = p->address + p->next * ptable_leaf_size(level),
        .pte = pte_load(&p->entries[p->next]),
        .level = level,
        .count = 1,
    };
    if (pte_is_leaf(run.pte)) {
        run.count = leaves_in_a_row(p, count, level);
    }
    p->next += run.count;
    return visit(context, &run);
}

enum hyp_status ptable_for_each_run(const struct ptable *t, ptable_visit_run *visit, void *context)
{
    struct level_place at[PTABLE_LEVEL_MAX];
    unsigned level = t->level_count - 1;
    uint64_t tables_left = pages_of(t->map);
    at[level] = (struct level_place){.entries = table_ptr(t, t->root, level)};
    if (at[level].entries == NULL) {
        return HYP_E_FAULT;
    }
    while (level < t->level_count) {
        struct level_place *p = &at[level];
        size_t count = entry_count(t, level);
        p->next = next_valid(p, count);
        if (p->next == count) {
            level++;
            continue;
        }
        const uint64_t *below = table_below(t, pte_load(&p->entries[p->next]), level);
        if (below == NULL) {
            HYP_TRY(visit_run(p, count, level, visit, context));
            continue;
        }
        if (tables_left-- == 0) {
            return HYP_E_FAULT;
        }
        uint64_t address = p->address + p->next++ * ptable_leaf_size(level);
        at[--level] = (struct level_place){.entries = below, .address = address};
    }
    return HYP_OK;
}

enum hyp_status ptable_check_run(const struct ptable_run *run)
{
    if (!pte_is_leaf(run->pte)) {
        return run->level != 0 && inner_is_well_formed(run->pte) ? HYP_E_FAULT : HYP_E_FORMAT;
    }
    /* The leaves differ in the physical address alone. */
    uint64_t size = run->count * ptable_leaf_size(run->level);
    return leaf_is_well_formed(run->pte, run->level) && pte_pa(run->pte).a <= PTE_PA_LIMIT - size
               ? HYP_OK
               : HYP_E_FORMAT;
}

struct leaf_visitor {
    enum hyp_status (*visit)(void *context, const struct ptable_leaf *leaf);
    void *context;
};

static enum hyp_status visit_leaves(void *context, const struct ptable_run *run)
{
    const struct leaf_visitor *v = context;
    HYP_TRY(ptable_check_run(run));
    struct ptable_leaf leaf = {.address = run->address,
                               .pa = pte_pa(run->pte),
                               .size = ptable_leaf_size(run->level),
                               .pte = run->pte};
    for (uint64_t i = 0; i < run->count; i++) {
        HYP_TRY(v->visit(v->context, &leaf));
        leaf.address += leaf.size;
        leaf.pa.a += leaf.size;
        leaf.pte += pte_step(run->level);
    }
    return HYP_OK;
}

enum hyp_status ptable_for_each_leaf(const struct ptable *t,
                                     enum hyp_status (*visit)(void *context,
                                                              const struct ptable_leaf *leaf),
                                     void *context)
{
    struct leaf_visitor v = {visit, context};
    return ptable_for_each_run(t, visit_leaves, &v);
}

static bool leaf_is_ours(uint64_t pte)
{
    return (pte & (PTE_A | PTE_D | PTE_RSW)) == (PTE_A | PTE_D);
}

bool ptable_is_valid(const struct ptable *t)
{
    unsigned top = t->level_count - 1;
    uint64_t table_count = 0;
    struct place at;
    for (uint64_t address = 0; address < BIT(ptable_bits(t));
         address += ptable_leaf_size(at.level)) {
        if (descend(t, address, 0, &at) != HYP_OK ||
            (pte_is_valid(at.pte) && !leaf_is_ours(at.pte))) {
            return false;
        }
        for (unsigned level = at.level; level < top; level++) {
            if (is_aligned(address, ptable_leaf_size(level + 1))) {
                table_count++;
                if (!page_pool_contains(t->pool, at.table[level])) {
                    return false;
                }
            }
        }
    }
    return table_count == t->table_count && page_pool_contains(t->pool, t->root);
}
