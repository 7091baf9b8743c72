/* SPDX-License-Identifier: Apache-2.0 */
/* Entries and tables, as ptable.c and ptable_visit.c access them. */
#pragma once

#include <hyp/mm/ptable.h>

#define PTE_RESERVED ((BIT(10) - 1) << 54) /* N, PBMT and 60-54 */
#define PTE_RSW (BIT(8) | BIT(9))

static inline uint64_t pte_load(const uint64_t *entry)
{
    return __atomic_load_n(entry, __ATOMIC_RELAXED);
}

/* Pairs with the hardware walker: the table that a new PTE points to is written before the PTE. */
static inline void pte_store(uint64_t *entry, uint64_t pte)
{
    __atomic_store_n(entry, pte, __ATOMIC_RELEASE);
}

/* Difference between the PTEs of two adjacent leaves. */
static inline uint64_t pte_step(unsigned level)
{
    return ptable_leaf_size(level) >> HYP_PAGE_SHIFT << PTE_PPN_LO;
}

static inline size_t entry_count(const struct ptable *t, unsigned level)
{
    return BIT(PTABLE_INDEX_BITS) << (level + 1 == t->level_count ? t->root_order : 0);
}

/* Pointer to a table of this level; NULL: it is outside the phys_map. */
static inline uint64_t *table_ptr(const struct ptable *t, hpa_t pa, unsigned level)
{
    bool is_root = level + 1 == t->level_count;
    return phys_to_ptr(t->map, pa, HYP_PAGE_SIZE << (is_root ? t->root_order : 0));
}

/* True if the hardware accepts the PTE as a leaf of this level. */
static inline bool leaf_is_well_formed(uint64_t pte, unsigned level)
{
    uint64_t reserved = PTE_RESERVED & ~((BIT(PTE_PBMT_WIDTH) - 1) << PTE_PBMT_LO);
    return (pte & reserved) == 0 && pte_mem_type(pte) <= MEM_IO &&
           pte_perm_is_legal(pte_perm(pte)) && is_aligned(pte_pa(pte).a, ptable_leaf_size(level));
}

/* True if the hardware accepts the PTE as a pointer to a table. */
static inline bool pointer_is_well_formed(uint64_t pte)
{
    return (pte & (PTE_RESERVED | PTE_D | PTE_A | PTE_U)) == 0;
}
