/* SPDX-License-Identifier: Apache-2.0 */
/* Maps, unmaps and walks. A range is checked as a whole before an entry changes. */
#include "ptable_priv.h"

#include <hyp/base/assert.h>

/* Result of a walk: the entry at which it ended, and the tables on the way. */
struct walk {
    uint64_t *entry;
    uint64_t pte;
    unsigned level;
    hpa_t table[PTABLE_LEVEL_MAX];
};

static size_t index_at(const struct ptable *ptable, uint64_t address, unsigned level)
{
    return (size_t)((address / ptable_leaf_size(level)) & (entry_count(ptable, level) - 1));
}

/* Walks to the entry of level `stop`, or to the first entry above it that points to no table. */
static enum hyp_status walk_to(const struct ptable *ptable, uint64_t address, unsigned stop,
                               struct walk *walk)
{
    hpa_t table = ptable->root;
    for (unsigned level = ptable->level_count - 1;; level--) {
        uint64_t *entries = table_ptr(ptable, table, level);
        if (entries == NULL) {
            return HYP_E_FAULT;
        }
        walk->table[level] = table;
        walk->level = level;
        walk->entry = &entries[index_at(ptable, address, level)];
        walk->pte = pte_load(walk->entry);
        if (!pte_is_valid(walk->pte)) {
            return HYP_OK;
        }
        if (pte_is_leaf(walk->pte)) {
            return leaf_is_well_formed(walk->pte, level) ? HYP_OK : HYP_E_FORMAT;
        }
        if (level == 0 || !pointer_is_well_formed(walk->pte)) {
            return HYP_E_FORMAT;
        }
        if (level == stop) {
            return HYP_OK;
        }
        table = pte_pa(walk->pte);
    }
}

enum hyp_status ptable_create(struct ptable *ptable, struct page_pool *pool, unsigned level_count,
                              unsigned root_order)
{
    hpa_t root;
    bool is_mode = level_count >= 3 && level_count <= PTABLE_LEVEL_MAX;
    HYP_REQUIRE(is_mode);
    HYP_TRY(page_pool_alloc(pool, root_order, &root));
    *ptable = (struct ptable){
        .map = pool->map,
        .pool = pool,
        .root = root,
        .level_count = level_count,
        .root_order = root_order,
    };
    return HYP_OK;
}

static void free_table(struct ptable *ptable, hpa_t table, unsigned order)
{
    enum hyp_status status = page_pool_free(ptable->pool, table, order);
    HYP_REQUIRE(status == HYP_OK);
}

void ptable_destroy(struct ptable *ptable)
{
    unsigned top = ptable->level_count - 1;
    struct walk walk;
    for (uint64_t address = 0; address < BIT(ptable_bits(ptable));) {
        enum hyp_status status = walk_to(ptable, address, 0, &walk);
        HYP_REQUIRE(status == HYP_OK);
        address += ptable_leaf_size(walk.level);
        /* A table is freed when the walk leaves it, so after all tables below it. */
        for (unsigned level = walk.level; level < top; level++) {
            if (is_aligned(address, ptable_leaf_size(level + 1))) {
                free_table(ptable, walk.table[level], 0);
            }
        }
    }
    free_table(ptable, ptable->root, ptable->root_order);
    ptable->table_count = 0;
}

static enum hyp_status check_mapping(const struct ptable *ptable,
                                     const struct ptable_mapping *mapping)
{
    if (mapping->size == 0) {
        return HYP_E_PARAM;
    }
    if (!range_covers((struct range){0, BIT(ptable_bits(ptable))}, mapping->address,
                      mapping->size) ||
        !range_covers((struct range){0, PTE_PA_LIMIT}, mapping->pa.a, mapping->size)) {
        return HYP_E_RANGE;
    }
    return is_aligned(mapping->address | mapping->pa.a | mapping->size,
                      ptable_leaf_size(mapping->level_min))
               ? HYP_OK
               : HYP_E_ALIGN;
}

/* True if a leaf of this level fits at offset `done` of the mapping. */
static bool leaf_fits(const struct ptable_mapping *mapping, uint64_t done, unsigned level)
{
    uint64_t size = ptable_leaf_size(level);
    return is_aligned((mapping->address + done) | (mapping->pa.a + done), size) &&
           mapping->size - done >= size;
}

/* Level of the largest leaf that fits at offset `done` of the mapping. */
static unsigned fitting_level(const struct ptable_mapping *mapping, uint64_t done)
{
    unsigned level = mapping->level_max;
    while (level > mapping->level_min && !leaf_fits(mapping, done, level)) {
        level--;
    }
    return level;
}

/*
 * Finds the level of the leaf at offset `done` and walks to the empty entry for it: one of that
 * level, or one above it where tables are missing.
 */
static enum hyp_status find_entry(const struct ptable *ptable, const struct ptable_mapping *mapping,
                                  uint64_t done, unsigned *level, struct walk *walk)
{
    for (*level = fitting_level(mapping, done);; --*level) {
        HYP_TRY(walk_to(ptable, mapping->address + done, *level, walk));
        if (!pte_is_valid(walk->pte)) {
            return HYP_OK;
        }
        if (pte_is_leaf(walk->pte) || *level == mapping->level_min) {
            return HYP_E_EXIST;
        }
    }
}

/*
 * Length of the run of leaves that begins at offset `done`: leaves of this level in one table. Only
 * the first of them needs a walk. The others have their entries after its entry, and no larger leaf
 * can begin between them. A table that is missing (walk->level is above the leaf's) is empty.
 */
static size_t run_length(const struct ptable *ptable, const struct ptable_mapping *mapping,
                         uint64_t done, unsigned level, const struct walk *walk)
{
    uint64_t left = (mapping->size - done) / ptable_leaf_size(level);
    size_t room = entry_count(ptable, level) - index_at(ptable, mapping->address + done, level);
    size_t most = left < room ? (size_t)left : room;
    size_t count = 1;
    if (walk->level > level) {
        return most;
    }
    while (count < most && !pte_is_valid(pte_load(walk->entry + count))) {
        count++;
    }
    return count;
}

enum hyp_status ptable_map_cost(const struct ptable *ptable, const struct ptable_mapping *mapping,
                                uint64_t *table_count)
{
    uint64_t count = 0;
    uint64_t run;
    HYP_TRY(check_mapping(ptable, mapping));
    for (uint64_t done = 0; done < mapping->size; done += run) {
        struct walk walk;
        unsigned leaf;
        HYP_TRY(find_entry(ptable, mapping, done, &leaf, &walk));
        run = run_length(ptable, mapping, done, leaf, &walk) * ptable_leaf_size(leaf);
        /* The first leaf of this mapping in a missing table counts that table. */
        for (unsigned level = leaf; level < walk.level; level++) {
            if (done == 0 || is_aligned(mapping->address + done, ptable_leaf_size(level + 1))) {
                count++;
            }
        }
    }
    *table_count = count;
    return HYP_OK;
}

/* Creates missing tables, then writes a run of leaves. Returns the number of leaves. */
static size_t map_run(struct ptable *ptable, const struct ptable_mapping *mapping, uint64_t done,
                      unsigned level, struct walk *walk)
{
    size_t count = run_length(ptable, mapping, done, level, walk);
    while (walk->level > level) {
        hpa_t table = page_pool_alloc_reserved(ptable->pool);
        pte_store(walk->entry, pte_table(table));
        ptable->table_count++;
        walk->level--;
        walk->entry = table_ptr(ptable, table, walk->level) +
                      index_at(ptable, mapping->address + done, walk->level);
    }
    uint64_t step = pte_step(level);
    uint64_t pte = pte_leaf(HPA(mapping->pa.a + done), mapping->flags);
    for (uint64_t *entry = walk->entry, *end = entry + count; entry < end; entry++, pte += step) {
        pte_store(entry, pte);
    }
    return count;
}

void ptable_map_reserved(struct ptable *ptable, const struct ptable_mapping *mapping)
{
    uint64_t run;
    for (uint64_t done = 0; done < mapping->size; done += run) {
        struct walk walk;
        unsigned level;
        enum hyp_status status = find_entry(ptable, mapping, done, &level, &walk);
        HYP_ASSERT(status == HYP_OK);
        run = map_run(ptable, mapping, done, level, &walk) * ptable_leaf_size(level);
    }
}

enum hyp_status ptable_map(struct ptable *ptable, const struct ptable_mapping *mapping)
{
    uint64_t cost;
    HYP_TRY(ptable_map_cost(ptable, mapping, &cost));
    HYP_TRY(page_pool_reserve(ptable->pool, cost));
    ptable_map_reserved(ptable, mapping);
    return HYP_OK;
}

/*
 * Counts the leaves of one table that end within `size` bytes from `address`; walk->entry is the
 * first. 0: `address` is inside the first leaf, or that leaf ends after the range.
 */
static size_t leaves_within(const struct ptable *ptable, uint64_t address, uint64_t size,
                            const struct walk *walk)
{
    uint64_t step = ptable_leaf_size(walk->level);
    uint64_t left = is_aligned(address, step) ? size / step : 0;
    size_t room = entry_count(ptable, walk->level) - index_at(ptable, address, walk->level);
    size_t most = left < room ? (size_t)left : room;
    size_t count = most != 0 ? 1 : 0;
    while (count < most && pte_is_leaf(pte_load(walk->entry + count))) {
        count++;
    }
    return count;
}

enum hyp_status ptable_unmap(struct ptable *ptable, uint64_t address, uint64_t size,
                             uint64_t *leaf_count)
{
    struct walk walk;
    uint64_t count = 0;
    uint64_t run;
    if (size == 0) {
        return HYP_E_PARAM;
    }
    if (!range_covers((struct range){0, BIT(ptable_bits(ptable))}, address, size)) {
        return HYP_E_RANGE;
    }
    for (uint64_t done = 0; done < size; done += run * ptable_leaf_size(walk.level)) {
        HYP_TRY(walk_to(ptable, address + done, 0, &walk));
        if (!pte_is_valid(walk.pte)) {
            return HYP_E_ABSENT;
        }
        run = leaves_within(ptable, address + done, size - done, &walk);
        if (run == 0) {
            return HYP_E_ALIGN;
        }
        count += run;
    }
    for (uint64_t done = 0; done < size; done += run * ptable_leaf_size(walk.level)) {
        enum hyp_status status = walk_to(ptable, address + done, 0, &walk);
        HYP_ASSERT(status == HYP_OK);
        run = leaves_within(ptable, address + done, size - done, &walk);
        for (uint64_t i = 0; i < run; i++) {
            pte_store(walk.entry + i, 0);
        }
    }
    *leaf_count = count;
    return HYP_OK;
}

enum hyp_status ptable_walk(const struct ptable *ptable, uint64_t address, struct ptable_leaf *leaf)
{
    struct walk walk;
    if (address >= BIT(ptable_bits(ptable))) {
        return HYP_E_RANGE;
    }
    HYP_TRY(walk_to(ptable, address, 0, &walk));
    uint64_t size = ptable_leaf_size(walk.level);
    *leaf = (struct ptable_leaf){
        .address = align_down(address, size),
        .pa = pte_pa(walk.pte),
        .size = size,
        .pte = walk.pte,
    };
    return pte_is_valid(walk.pte) ? HYP_OK : HYP_E_ABSENT;
}

/* Every leaf that libmm makes has A = D = 1 and RSW = 0. */
static bool leaf_is_ours(uint64_t pte)
{
    return (pte & (PTE_A | PTE_D | PTE_RSW)) == (PTE_A | PTE_D);
}

bool ptable_is_valid(const struct ptable *ptable)
{
    unsigned top = ptable->level_count - 1;
    uint64_t table_count = 0;
    struct walk walk;
    for (uint64_t address = 0; address < BIT(ptable_bits(ptable));
         address += ptable_leaf_size(walk.level)) {
        if (walk_to(ptable, address, 0, &walk) != HYP_OK ||
            (pte_is_valid(walk.pte) && !leaf_is_ours(walk.pte))) {
            return false;
        }
        for (unsigned level = walk.level; level < top; level++) {
            if (is_aligned(address, ptable_leaf_size(level + 1))) {
                table_count++;
                if (!page_pool_contains(ptable->pool, walk.table[level])) {
                    return false;
                }
            }
        }
    }
    return table_count == ptable->table_count && page_pool_contains(ptable->pool, ptable->root);
}
