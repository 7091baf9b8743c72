/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page-table entries of RV64, the same for HS-stage and G-stage tables. Pure.
 *
 *   63  62:61  60:54     53:10  9:8  7 6 5 4 3 2 1 0
 *    N   PBMT  reserved   PPN   RSW  D A G U X W R V
 *
 * Leaves that libmm makes have A = D = 1: a machine with Svade would raise a page fault instead of
 * setting these bits, and libmm does not use them. N is always 0 (no NAPOT leaves).
 *
 * Implements "Sv39: Page-Based 39-bit Virtual-Memory System" (and "Sv32: Addressing
 * and Memory Protection", which defines bits 9-0), "Guest Physical Address
 * Translation" and "Svpbmt Extension for Page-Based Memory Types" of the privileged
 * specification.
 */
#pragma once

#include <hyp/base/bits.h>
#include <hyp/base/types.h>

#define PTE_V BIT(0)
#define PTE_R BIT(1)
#define PTE_W BIT(2)
#define PTE_X BIT(3)
#define PTE_U BIT(4)
#define PTE_G BIT(5)
#define PTE_A BIT(6)
#define PTE_D BIT(7)
#define PTE_N BIT(63)

#define PTE_RWX (PTE_R | PTE_W | PTE_X)

#define PTE_PPN_LO 10
#define PTE_PPN_WIDTH 44
#define PTE_PBMT_LO 61
#define PTE_PBMT_WIDTH 2

/* Physical addresses have 56 bits in every paging mode. */
#define PTE_PA_LIMIT BIT(56)

/* Memory types by their PBMT encoding. Without Svpbmt only the PMAs apply. */
enum mem_type {
    MEM_NORMAL = 0, /* The PMAs apply. */
    MEM_NC = 1,     /* Main memory, non-cacheable, weakly ordered. */
    MEM_IO = 2,     /* Non-cacheable, strongly ordered. */
};

/* `pa` is page-aligned and below PTE_PA_LIMIT. */
static inline uint64_t pte_table(hpa_t pa)
{
    return (pa.a >> HYP_PAGE_SHIFT << PTE_PPN_LO) | PTE_V;
}

/* `flags` are PTE_* bits and PBMT; V, A and D are added. */
static inline uint64_t pte_leaf(hpa_t pa, uint64_t flags)
{
    return pte_table(pa) | PTE_A | PTE_D | flags;
}

static inline uint64_t pte_pbmt(enum mem_type type)
{
    return (uint64_t)type << PTE_PBMT_LO;
}

static inline bool pte_is_valid(uint64_t pte)
{
    return (pte & PTE_V) != 0;
}

static inline bool pte_is_leaf(uint64_t pte)
{
    return pte_is_valid(pte) && (pte & PTE_RWX) != 0;
}

static inline bool pte_is_table(uint64_t pte)
{
    return pte_is_valid(pte) && (pte & PTE_RWX) == 0;
}

static inline hpa_t pte_pa(uint64_t pte)
{
    return HPA(bits_get(pte, PTE_PPN_LO, PTE_PPN_WIDTH) << HYP_PAGE_SHIFT);
}

/* The PTE_R, PTE_W and PTE_X bits of a leaf. */
static inline unsigned pte_perm(uint64_t pte)
{
    return (unsigned)(pte & PTE_RWX);
}

static inline enum mem_type pte_mem_type(uint64_t pte)
{
    return (enum mem_type)bits_get(pte, PTE_PBMT_LO, PTE_PBMT_WIDTH);
}

/* True if R, W and X of a leaf are not reserved: at least one is set, and W only with R. */
static inline bool pte_perm_is_legal(unsigned perm)
{
    return (perm & ~(unsigned)PTE_RWX) == 0 && perm != 0 &&
           ((perm & PTE_W) == 0 || (perm & PTE_R) != 0);
}
