/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's own address space: an Sv39 table without writable and executable pages, with
 * guard pages around every stack, and without guest memory.
 *
 * The caller gives two windows of virtual addresses, for devices and for stacks.
 * hspace_map_device() and hspace_map_stack() allocate from them; the table itself records which
 * pages are in use. Leaves have A = D = G = 1 and U = 0; the ASID is 0.
 *
 * hspace_walk() and hspace_for_each_run() show what a satp value maps. They can start from the CSR,
 * also while it holds the first table of boot.S.
 *
 * Units   Bytes; virtual addresses are canonical (bits 63-39 equal bit 38).
 * Owner   The hspace owns its tables and stack pages; they come from the pool.
 * Locks   The caller's; in practice only the boot hart changes it.
 * Damage  See ptable.h.
 * Fences  An unmap fences the hart that calls it, for all ASIDs; the caller fences other harts.
 *         After a map into a table that satp already holds, the caller fences (sfence.vma), unless
 *         the machine has Svvptc.
 *
 * Implements "Sv39: Page-Based 39-bit Virtual-Memory System", "Supervisor Address
 * Translation and Protection (satp) Register", "Supervisor Memory-Management Fence
 * Instruction" and "Svpbmt Extension for Page-Based Memory Types" of the privileged
 * specification.
 */
#pragma once

#include <hyp/base/status.h>
#include <hyp/base/types.h>
#include <hyp/mm/pages.h>
#include <hyp/mm/ptable.h>

enum hspace_perm { HSPACE_R = 1 << 1, HSPACE_W = 1 << 2, HSPACE_X = 1 << 3 };

/* An unmap of more leaves than this fences everything once instead of each leaf. */
#define HSPACE_FENCE_LEAF_MAX 8

struct hspace_config {
    struct page_pool *pool;     /* Borrowed; must outlive the hspace. */
    struct range device_window; /* VA, page-aligned, canonical; size 0 = no devices. */
    struct range stack_window;  /* The same. n stacks need a guard page each, and one more. */
    bool svpbmt;                /* The machine has Svpbmt, and menvcfg.PBMTE is set. */
};

struct hspace {
    struct ptable table;
    struct range device_window;
    struct range stack_window;
    uint64_t device_search_start; /* Below it, the window has no hole. */
    uint64_t stack_search_start;  /* The same. */
    bool svpbmt;
};

struct hspace_mapping {
    uintptr_t va;
    hpa_t hpa;
    uint64_t size;
    unsigned perm; /* The OR of enum hspace_perm. */
    enum mem_type type;
    enum ptable_level level_max; /* The largest leaf; 0 = 4 KiB only. */
};

/*
 * Creates an empty space.
 *
 * Returns HYP_OK, HYP_E_RANGE (a window is not canonical), HYP_E_ALIGN (a window is
 * not made of pages), HYP_E_EXIST (the windows overlap) or HYP_E_NOMEM.
 */
HYP_MUST_USE enum hyp_status hspace_create(struct hspace *hs, const struct hspace_config *config);

/*
 * Maps a range.
 *
 * Returns HYP_OK, or with nothing mapped that was not before:
 *   HYP_E_PARAM  size is 0; perm has W and X, or is not legal in the ISA; type or
 *                level_max is not one of its enum
 *   HYP_E_RANGE  the range is not canonical, or passes 2^56
 *   HYP_E_ALIGN  va, hpa or size is not a multiple of 4 KiB
 *   HYP_E_EXIST  some of it is mapped already
 *   HYP_E_NOMEM  too few pages left for the inner tables
 */
HYP_MUST_USE enum hyp_status hspace_map(struct hspace *hs, const struct hspace_mapping *range);

/*
 * Unmaps a range of whole leaves, then fences it on this hart: leaf by leaf up to
 * HSPACE_FENCE_LEAF_MAX, else everything. Pages of a stack do not return to the pool.
 *
 * Returns HYP_OK, or with nothing changed HYP_E_PARAM (size is 0), HYP_E_RANGE,
 * HYP_E_ABSENT (some is not mapped) or HYP_E_ALIGN (it begins or ends inside a leaf).
 */
HYP_MUST_USE enum hyp_status hspace_unmap(struct hspace *hs, uintptr_t va, uint64_t size);

/*
 * Maps the pages of the registers [hpa, hpa + size) as RW MEM_IO in the device window, with an
 * unmapped page before and after. *va is the virtual address of hpa. 2 MiB leaves are used where
 * the device fills them.
 *
 * Returns HYP_OK, or with nothing changed HYP_E_PARAM (size is 0), HYP_E_RANGE (passes
 * 2^56) or HYP_E_NOMEM (the window has no such hole, or the pool too few pages).
 */
HYP_MUST_USE enum hyp_status hspace_map_device(struct hspace *hs, hpa_t hpa, uint64_t size,
                                               uintptr_t *va);

/*
 * Allocates `page_count` zeroed pages and maps them RW in the stack window, with an unmapped guard
 * page below and above. *top is the initial sp: the address after the last byte.
 *
 * Returns HYP_OK, or with nothing changed HYP_E_PARAM (page_count is 0) or
 * HYP_E_NOMEM (the window has no such hole, or the pool too few pages).
 */
HYP_MUST_USE enum hyp_status hspace_map_stack(struct hspace *hs, uint32_t page_count,
                                              uintptr_t *top);

/* The value for satp: Sv39, ASID 0, the root's PPN. */
uint64_t hspace_satp(const struct hspace *hs);

/*
 * Finds the leaf that maps va under a satp value. Pure.
 *
 * Returns HYP_OK, HYP_E_UNSUPPORTED (satp.MODE is not Sv39), HYP_E_RANGE (va is not
 * canonical), HYP_E_ABSENT (not mapped), or HYP_E_FORMAT or HYP_E_FAULT (a damaged
 * table, or one outside the phys_map, see ptable_walk()).
 */
HYP_MUST_USE enum hyp_status hspace_walk(const struct phys_map *map, uint64_t satp, uintptr_t va,
                                         struct ptable_leaf *leaf);

/*
 * Visits all leaves under a satp value in runs, in ascending order of addresses, the lower half
 * first, see ptable_for_each_run(). Returns HYP_E_UNSUPPORTED as hspace_walk() does, HYP_E_FORMAT
 * or HYP_E_FAULT at an entry that is no valid leaf, see ptable_check_run().
 */
HYP_MUST_USE enum hyp_status hspace_for_each_run(const struct phys_map *map, uint64_t satp,
                                                 ptable_visit_run *visit, void *context);

/* True if the table is well-formed, and no leaf has W and X, or U. */
bool hspace_is_valid(const struct hspace *hs);
