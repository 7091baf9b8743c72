/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A radix page table in memory: what G-stage and HS-stage tables share.
 *
 * gstage.h and hspace.h are the two faces; use those. Here an address is the
 * table's input without sign: an index into [0, 2^bits). Inner tables stay until
 * ptable_destroy(): a hart elsewhere may be walking them when an unmap returns.
 *
 * Units   Bytes. Level 0 leaves are 4 KiB, level 1 2 MiB, level 2 1 GiB.
 * Owner   A ptable owns its table pages; they come from `pool`.
 * Locks   The caller's. Hardware walkers take none, so each PTE changes by one
 *         64-bit release store.
 * Context No CSR and no fence is touched here.
 * Damage  Where a table on the way is damaged, everything that returns a status can
 *         also return HYP_E_FORMAT or HYP_E_FAULT, as ptable_walk() does; that never
 *         comes from calls of this header alone.
 *
 * Implements "Virtual Address Translation Process" of the privileged specification.
 */
#pragma once

#include <hyp/mm/pages.h>
#include <hyp/mm/pte.h>

enum ptable_level { PTABLE_4K, PTABLE_2M, PTABLE_1G };

#define PTABLE_LEVEL_MAX 5

struct ptable {
    const struct phys_map *map;
    struct page_pool *pool; /* NULL: a view for lookups only. */
    hpa_t root;
    uint32_t level_count; /* 3, 4 or 5 */
    uint32_t root_order;  /* 0: 4 KiB; 2: 16 KiB, two more address bits */
    uint64_t table_count; /* Tables besides the root. */
};

/* What to map. */
struct ptable_mapping {
    uint64_t address;
    hpa_t pa;
    uint64_t size;
    uint64_t flags;              /* As pte_leaf() takes them. */
    enum ptable_level level_max; /* The largest leaf. */
    enum ptable_level level_min; /* The smallest leaf. */
};

/* One leaf, as the table has it. */
struct ptable_leaf {
    uint64_t address; /* Where it starts; for hspace sign-extended. */
    hpa_t pa;
    uint64_t size;
    uint64_t pte;
};

/* The size of a leaf of this level. */
static inline uint64_t ptable_leaf_size(unsigned level)
{
    return BIT(HYP_PAGE_SHIFT + 9 * level);
}

/* Addresses are below 2^bits. */
static inline unsigned ptable_bits(const struct ptable *t)
{
    return HYP_PAGE_SHIFT + 9 * t->level_count + t->root_order;
}

/* Takes an empty root from the pool. Returns HYP_OK or HYP_E_NOMEM. */
HYP_MUST_USE enum hyp_status ptable_create(struct ptable *t, struct page_pool *pool,
                                           unsigned level_count, unsigned root_order);

/* Gives every table back to the pool. No hart may have the root in a CSR or a cache. */
void ptable_destroy(struct ptable *t);

/*
 * Maps a range with the largest leaves between the two levels that alignment allows.
 *
 * Returns HYP_OK, or with no PTE changed:
 *   HYP_E_PARAM  size is 0
 *   HYP_E_RANGE  the range passes 2^bits, or the physical one passes 2^56
 *   HYP_E_ALIGN  address, pa or size is not a multiple of level_min's leaf
 *   HYP_E_EXIST  some of it is mapped, or a table stands where a level_min leaf would
 *   HYP_E_NOMEM  the pool has too few pages for the inner tables
 */
HYP_MUST_USE enum hyp_status ptable_map(struct ptable *t, const struct ptable_mapping *m);

/* How many pages ptable_map() of this would take; or the error it would return. */
HYP_MUST_USE enum hyp_status ptable_map_cost(const struct ptable *t, const struct ptable_mapping *m,
                                             uint64_t *table_count);

/*
 * ptable_map() of what ptable_map_cost() has found possible, with the pages that it has named
 * reserved by the caller: it cannot fail.
 */
void ptable_map_reserved(struct ptable *t, const struct ptable_mapping *m);

/*
 * Clears all leaves of a range; no fence. *leaf_count says how many there were.
 *
 * Returns HYP_OK, or with no PTE changed:
 *   HYP_E_PARAM   size is 0
 *   HYP_E_RANGE   the range passes 2^bits
 *   HYP_E_ABSENT  some of it is not mapped
 *   HYP_E_ALIGN   it begins or ends inside a page or a larger leaf
 */
HYP_MUST_USE enum hyp_status ptable_unmap(struct ptable *t, uint64_t address, uint64_t size,
                                          uint64_t *leaf_count);

/*
 * Walks for one address as the hardware would. Pure.
 *
 * Returns HYP_OK and the leaf, or
 *   HYP_E_RANGE   address is not below 2^bits
 *   HYP_E_ABSENT  nothing is mapped; leaf->address and ->size say how big the hole's slot is
 *   HYP_E_FORMAT  a PTE on the way is reserved or misaligned: hardware would fault
 *   HYP_E_FAULT   a table is outside the phys_map
 */
HYP_MUST_USE enum hyp_status ptable_walk(const struct ptable *t, uint64_t address,
                                         struct ptable_leaf *leaf);

/*
 * Calls `visit` for each leaf, by ascending address, until it does not return
 * HYP_OK. Returns what it returned, or HYP_E_FORMAT or HYP_E_FAULT as ptable_walk().
 */
HYP_MUST_USE enum hyp_status
ptable_for_each_leaf(const struct ptable *t,
                     enum hyp_status (*visit)(void *context, const struct ptable_leaf *leaf),
                     void *context);

/*
 * Entries of one table, one behind the other, that are one piece: leaves with the same flags and
 * with consecutive physical addresses. An entry that is no leaf is a run of its own.
 */
struct ptable_run {
    uint64_t address; /* What the first entry translates. */
    uint64_t pte;     /* The first entry, as it is in memory. */
    uint64_t count;
    unsigned level; /* Of the table: an entry translates ptable_leaf_size(level) bytes. */
};

typedef enum hyp_status ptable_visit_run(void *context, const struct ptable_run *run);

/*
 * Visits every valid entry of the root and of every table below, also those that this library
 * would never make and those that the hardware would not take: by ascending address, in runs, until
 * `visit` does not return HYP_OK. An entry that points to a table is visited only where that table
 * cannot be looked into: reserved bits, level 0, or a table outside the phys_map.
 *
 * Work: the entries of all tables, a few instructions each; not what they translate.
 *
 * Returns what `visit` returned, or HYP_E_FAULT: the root is outside the phys_map, or there are
 * more tables than the phys_map has pages, so that some are reached in more than one way.
 */
HYP_MUST_USE enum hyp_status ptable_for_each_run(const struct ptable *t, ptable_visit_run *visit,
                                                 void *context);

/*
 * HYP_OK: the hardware accepts the leaves of this run. HYP_E_FORMAT: its PTEs are reserved or
 * misaligned; HYP_E_FAULT: it points to a table outside the phys_map.
 */
HYP_MUST_USE enum hyp_status ptable_check_run(const struct ptable_run *run);

/* Every PTE is one that libmm makes, every table is the pool's, and table_count is their number. */
bool ptable_is_valid(const struct ptable *t);
