/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A radix page table in memory: the common part of G-stage and HS-stage tables.
 *
 * Callers use gstage.h and hspace.h. An address here is the table's input as an unsigned number
 * below 2^bits. Tables below the root are freed by ptable_destroy() only: another hart may be
 * walking one when an unmap returns.
 *
 * Units   Bytes. Level 0 leaves are 4 KiB, level 1 2 MiB, level 2 1 GiB.
 * Owner   A ptable owns its table pages; they come from `pool`.
 * Locks   The caller's. Hardware walkers take none, so each PTE changes by one
 *         64-bit release store.
 * Context No CSR and no fence is touched here.
 * Damage  Every function that returns a status can also return HYP_E_FORMAT or HYP_E_FAULT, as
 *         ptable_walk() does, if a table on the way is damaged. Calls of this header alone never
 *         cause that.
 *
 * Implements "Virtual Address Translation Process" of the privileged specification.
 */
#pragma once

#include <hyp/mm/pages.h>
#include <hyp/mm/pte.h>

enum ptable_level { PTABLE_4K, PTABLE_2M, PTABLE_1G };

#define PTABLE_LEVEL_MAX 5
#define PTABLE_INDEX_BITS 9 /* A table has 512 entries. */

struct ptable {
    const struct phys_map *map;
    struct page_pool *pool; /* NULL: for lookups only. */
    hpa_t root;
    uint32_t level_count; /* 3, 4 or 5 */
    uint32_t root_order;  /* 0: 4 KiB; 2: 16 KiB, two more address bits */
    uint64_t table_count; /* Tables besides the root. */
};

/* A range to map. */
struct ptable_mapping {
    uint64_t address;
    hpa_t pa;
    uint64_t size;
    uint64_t flags;              /* The argument of pte_leaf(). */
    enum ptable_level level_max; /* The largest leaf. */
    enum ptable_level level_min; /* The smallest leaf. */
};

/* A leaf in a table. */
struct ptable_leaf {
    uint64_t address; /* Its first address; sign-extended by hspace.h. */
    hpa_t pa;
    uint64_t size;
    uint64_t pte;
};

/* The size of a leaf of this level. */
static inline uint64_t ptable_leaf_size(unsigned level)
{
    return BIT(HYP_PAGE_SHIFT + PTABLE_INDEX_BITS * level);
}

/* Addresses are below 2^bits. */
static inline unsigned ptable_bits(const struct ptable *ptable)
{
    return HYP_PAGE_SHIFT + PTABLE_INDEX_BITS * ptable->level_count + ptable->root_order;
}

/* Creates an empty table: takes the root from the pool. Returns HYP_OK or HYP_E_NOMEM. */
HYP_MUST_USE enum hyp_status ptable_create(struct ptable *ptable, struct page_pool *pool,
                                           unsigned level_count, unsigned root_order);

/* Returns all tables to the pool. No hart may have the root in a CSR or in a translation cache. */
void ptable_destroy(struct ptable *ptable);

/*
 * Maps a range with the largest leaves between the two levels that alignment allows.
 *
 * Returns HYP_OK, or with no PTE changed:
 *   HYP_E_PARAM  size is 0
 *   HYP_E_RANGE  the range passes 2^bits, or the physical one passes 2^56
 *   HYP_E_ALIGN  address, pa or size is not a multiple of level_min's leaf
 *   HYP_E_EXIST  some of it is mapped, or a table is in the place of a level_min leaf
 *   HYP_E_NOMEM  the pool has too few pages for the inner tables
 */
HYP_MUST_USE enum hyp_status ptable_map(struct ptable *ptable,
                                        const struct ptable_mapping *mapping);

/* Counts the pages that ptable_map() of this would take, or returns the error of ptable_map(). */
HYP_MUST_USE enum hyp_status ptable_map_cost(const struct ptable *ptable,
                                             const struct ptable_mapping *mapping,
                                             uint64_t *table_count);

/*
 * ptable_map() that cannot fail: ptable_map_cost() has returned HYP_OK, and the caller has reserved
 * the pages that it counted.
 */
void ptable_map_reserved(struct ptable *ptable, const struct ptable_mapping *mapping);

/*
 * Clears all leaves of a range, without a fence. *leaf_count is the number of leaves cleared.
 *
 * Returns HYP_OK, or with no PTE changed:
 *   HYP_E_PARAM   size is 0
 *   HYP_E_RANGE   the range passes 2^bits
 *   HYP_E_ABSENT  some of it is not mapped
 *   HYP_E_ALIGN   it begins or ends inside a page or a larger leaf
 */
HYP_MUST_USE enum hyp_status ptable_unmap(struct ptable *ptable, uint64_t address, uint64_t size,
                                          uint64_t *leaf_count);

/*
 * Walks the table for one address, as the hardware does. Pure.
 *
 * Returns HYP_OK and the leaf, or
 *   HYP_E_RANGE   address is not below 2^bits
 *   HYP_E_ABSENT  nothing is mapped; leaf->address and ->size are the range of the empty entry
 *   HYP_E_FORMAT  a PTE on the way is reserved or misaligned: the hardware would fault
 *   HYP_E_FAULT   a table is outside the phys_map
 */
HYP_MUST_USE enum hyp_status ptable_walk(const struct ptable *ptable, uint64_t address,
                                         struct ptable_leaf *leaf);

/*
 * Calls `visit` for each leaf in ascending order of addresses, until `visit` returns an error.
 * Returns HYP_OK, that error, or HYP_E_FORMAT or HYP_E_FAULT as ptable_walk() does.
 */
HYP_MUST_USE enum hyp_status
ptable_for_each_leaf(const struct ptable *ptable,
                     enum hyp_status (*visit)(void *context, const struct ptable_leaf *leaf),
                     void *context);

/*
 * A run: consecutive entries of one table that are leaves with the same flags and consecutive
 * physical addresses. An entry that is no leaf is a run of its own.
 */
struct ptable_run {
    uint64_t address; /* First address that the first entry translates. */
    uint64_t pte;     /* The first entry. */
    uint64_t count;
    unsigned level; /* Level of the table: an entry translates ptable_leaf_size(level) bytes. */
};

typedef enum hyp_status ptable_visit_run(void *context, const struct ptable_run *run);

/*
 * Visits every valid entry of the root and of all tables below, in runs and in ascending order of
 * addresses, until `visit` returns an error. Entries that this library never makes and entries that
 * the hardware does not accept are visited as well. An entry that points to a table is visited only
 * if that table cannot be read: reserved bits, level 0, or a table outside the phys_map.
 *
 * Cost: a few instructions for each entry of all tables, whatever the entries translate.
 *
 * Returns HYP_OK, the error of `visit`, or HYP_E_FAULT: the root is outside the phys_map, or there
 * are more tables than the phys_map has pages, so that some table is reached twice.
 */
HYP_MUST_USE enum hyp_status ptable_for_each_run(const struct ptable *ptable,
                                                 ptable_visit_run *visit, void *context);

/*
 * Returns HYP_OK if the hardware accepts the leaves of this run, HYP_E_FORMAT if its PTEs are
 * reserved or misaligned, HYP_E_FAULT if it points to a table outside the phys_map.
 */
HYP_MUST_USE enum hyp_status ptable_check_run(const struct ptable_run *run);

/* True if every PTE is one that libmm makes, every table is the pool's, and table_count is right.
 */
bool ptable_is_valid(const struct ptable *ptable);
