/* SPDX-License-Identifier: Apache-2.0 */
/* Visits every entry of a page table, also of one that the hardware would not accept. */
#include "ptable_priv.h"

/* A table of the traversal, and the entry that is visited next. */
struct position {
    const uint64_t *entries;
    uint64_t address; /* First address that entry 0 translates. */
    size_t next;
};

/* Index of the next valid entry. Most are empty: eight tests at once cost two instructions each. */
static size_t find_valid(const struct position *position, size_t count)
{
    const uint64_t *at = position->entries + position->next;
    const uint64_t *end = position->entries + count;
    while (at < end && !pte_is_valid(pte_load(at))) {
        at++;
        while (end - at >= 8 &&
               !pte_is_valid(pte_load(at) | pte_load(at + 1) | pte_load(at + 2) | pte_load(at + 3) |
                             pte_load(at + 4) | pte_load(at + 5) | pte_load(at + 6) |
                             pte_load(at + 7))) {
            at += 8;
        }
    }
    return (size_t)(at - position->entries);
}

/* Number of entries from position->next on with the same flags and consecutive physical addresses.
 */
static size_t run_length(const struct position *position, size_t count, unsigned level)
{
    uint64_t step = pte_step(level);
    const uint64_t *first = position->entries + position->next;
    const uint64_t *end = position->entries + count;
    const uint64_t *at = first;
    uint64_t pte = pte_load(at);
    do {
        at++;
        pte += step;
    } while (at < end && pte_load(at) == pte);
    return (size_t)(at - first);
}

/* The table that this entry points to; NULL: the entry is no pointer that can be followed. */
static const uint64_t *next_table(const struct ptable *ptable, uint64_t pte, unsigned level)
{
    return level != 0 && pte_is_table(pte) && pointer_is_well_formed(pte)
               ? table_ptr(ptable, pte_pa(pte), level - 1)
               : NULL;
}

static uint64_t page_count(const struct phys_map *map)
{
    uint64_t pages = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        pages += map->window[i].pa.size >> HYP_PAGE_SHIFT;
    }
    return pages;
}

static enum hyp_status visit_run(struct position *position, size_t count, unsigned level,
                                 ptable_visit_run *visit, void *context)
{
    struct ptable_run run = {
        .address = position->address + position->next * ptable_leaf_size(level),
        .pte = pte_load(&position->entries[position->next]),
        .level = level,
        .count = 1,
    };
    if (pte_is_leaf(run.pte)) {
        run.count = run_length(position, count, level);
    }
    position->next += run.count;
    return visit(context, &run);
}

enum hyp_status ptable_for_each_run(const struct ptable *ptable, ptable_visit_run *visit,
                                    void *context)
{
    struct position stack[PTABLE_LEVEL_MAX];
    unsigned level = ptable->level_count - 1;
    uint64_t tables_left = page_count(ptable->map);
    stack[level] = (struct position){.entries = table_ptr(ptable, ptable->root, level)};
    if (stack[level].entries == NULL) {
        return HYP_E_FAULT;
    }
    while (level < ptable->level_count) {
        struct position *position = &stack[level];
        size_t count = entry_count(ptable, level);
        position->next = find_valid(position, count);
        if (position->next == count) {
            level++;
            continue;
        }
        const uint64_t *table =
            next_table(ptable, pte_load(&position->entries[position->next]), level);
        if (table == NULL) {
            HYP_TRY(visit_run(position, count, level, visit, context));
            continue;
        }
        if (tables_left-- == 0) {
            return HYP_E_FAULT;
        }
        uint64_t address = position->address + position->next++ * ptable_leaf_size(level);
        stack[--level] = (struct position){.entries = table, .address = address};
    }
    return HYP_OK;
}

enum hyp_status ptable_check_run(const struct ptable_run *run)
{
    if (!pte_is_leaf(run->pte)) {
        return run->level != 0 && pointer_is_well_formed(run->pte) ? HYP_E_FAULT : HYP_E_FORMAT;
    }
    /* All leaves of a run have the same flags, so the first one and the last address decide. */
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
    const struct leaf_visitor *visitor = context;
    HYP_TRY(ptable_check_run(run));
    struct ptable_leaf leaf = {.address = run->address,
                               .pa = pte_pa(run->pte),
                               .size = ptable_leaf_size(run->level),
                               .pte = run->pte};
    for (uint64_t i = 0; i < run->count; i++) {
        HYP_TRY(visitor->visit(visitor->context, &leaf));
        leaf.address += leaf.size;
        leaf.pa.a += leaf.size;
        leaf.pte += pte_step(run->level);
    }
    return HYP_OK;
}

enum hyp_status ptable_for_each_leaf(const struct ptable *ptable,
                                     enum hyp_status (*visit)(void *context,
                                                              const struct ptable_leaf *leaf),
                                     void *context)
{
    struct leaf_visitor visitor = {visit, context};
    return ptable_for_each_run(ptable, visit_leaves, &visitor);
}
