/* SPDX-License-Identifier: Apache-2.0 */
/*
 * G-stage page table: guest-physical to host-physical addresses (Sv39x4, Sv48x4, Sv57x4).
 *
 * Table logic only: no CSR and no lock is touched here. The caller loads hgatp. Leaves have
 * A = D = U = 1 and G = 0.
 *
 * Units   Addresses and sizes are bytes. A range is [start, start + size).
 * Owner   A gstage owns its table pages until gstage_destroy(). The caller assigns the VMID.
 * Locks   The caller holds the VM's lock. The hardware walker takes no lock,
 *         so each PTE changes by one 64-bit release store.
 * Damage  See ptable.h.
 * Fences  An unmap fences the hart that calls it. The caller must fence every other hart that uses
 *         the VMID before it gives the memory to anyone else.
 *
 * Implements "Hypervisor Guest Address Translation and Protection (hgatp) Register",
 * "Guest Physical Address Translation", "Memory-Management Fences" and "Svpbmt Extension
 * for Page-Based Memory Types" of the privileged specification.
 */
#pragma once

#include <hyp/arch/csr.h>
#include <hyp/base/status.h>
#include <hyp/base/types.h>
#include <hyp/mm/pages.h>
#include <hyp/mm/ptable.h>

/* hgatp.MODE */
enum gstage_mode {
    GSTAGE_SV39X4 = HGATP_SV39X4,
    GSTAGE_SV48X4 = HGATP_SV48X4,
    GSTAGE_SV57X4 = HGATP_SV57X4,
};

enum gstage_level {
    GSTAGE_4K = PTABLE_4K,
    GSTAGE_2M = PTABLE_2M,
    GSTAGE_1G = PTABLE_1G,
};

enum gstage_perm { GSTAGE_R = 1 << 1, GSTAGE_W = 1 << 2, GSTAGE_X = 1 << 3 };

/* VMIDs have at most 14 bits; the machine may implement fewer. */
#define GSTAGE_VMID_LIMIT (HGATP_VMID_MASK + 1)

/* An unmap of more leaves than this fences the whole VMID once instead of each leaf. */
#define GSTAGE_FENCE_LEAF_MAX 8

struct gstage_config {
    struct page_pool *pool; /* Borrowed; must outlive the gstage. */
    enum gstage_mode mode;  /* A mode that the machine's hgatp supports. */
    uint32_t vmid;
    bool svpbmt; /* The machine has Svpbmt, and menvcfg.PBMTE is set. */
};

struct gstage {
    struct ptable table; /* The root is 16 KiB, aligned to 16 KiB. */
    enum gstage_mode mode;
    uint32_t vmid;
    bool svpbmt;
};

/* A range to map. */
struct gstage_mapping {
    gpa_t gpa;
    hpa_t hpa;
    uint64_t size;
    unsigned perm; /* The OR of enum gstage_perm. */
    enum mem_type type;
};

/*
 * Creates an empty table. Before the guest first runs, the caller fences the VMID
 * (hfence.gvma with rs1 = x0) on each hart of the guest.
 *
 * Returns HYP_OK, or
 *   HYP_E_PARAM  mode is not one of the three
 *   HYP_E_RANGE  vmid is not below GSTAGE_VMID_LIMIT
 *   HYP_E_NOMEM  the pool has no 16 KiB
 */
HYP_MUST_USE enum hyp_status gstage_create(struct gstage *gs, const struct gstage_config *config);

/*
 * Frees all tables and fences the VMID on this hart. No hart may have the VMID in hgatp, and each
 * other hart that had must have fenced the VMID since.
 */
void gstage_destroy(struct gstage *gs);

/*
 * Maps one leaf of normal memory. `level` is its size, `perm` the OR of its access rights.
 *
 * Returns HYP_OK, or one of these with no change that the guest can see:
 *   HYP_E_PARAM  level is none of the three
 *   HYP_E_RANGE  gpa beyond the table's mode, hpa >= 2^56, or perm is not legal in the ISA
 *   HYP_E_ALIGN  gpa or hpa is not a multiple of the leaf size
 *   HYP_E_EXIST  some of the leaf is mapped already, or a table is in its place (even one that an
 *                unmap has emptied)
 *   HYP_E_NOMEM  no page left for an inner table
 *
 * The caller fences the leaf (hfence.gvma) before the guest uses it: a hart without Svvptc may have
 * cached the invalid entry.
 */
HYP_MUST_USE enum hyp_status gstage_map(struct gstage *gs, gpa_t gpa, hpa_t hpa,
                                        enum gstage_level level, unsigned perm);

/*
 * Maps a range with the largest leaves that fit (1 GiB, 2 MiB, 4 KiB), or with smaller ones where
 * a table exists already. The memory type is encoded only if the machine has Svpbmt.
 *
 * Returns HYP_OK, or with nothing mapped that was not before:
 *   HYP_E_PARAM  size is 0, or type is none of enum mem_type
 *   HYP_E_RANGE  the range passes the table's mode or 2^56, or perm is not legal in the ISA
 *   HYP_E_ALIGN  gpa, hpa or size is not a multiple of 4 KiB
 *   HYP_E_EXIST  some of the range is mapped already
 *   HYP_E_NOMEM  too few pages left for the inner tables
 *
 * The caller fences the range as for gstage_map().
 */
HYP_MUST_USE enum hyp_status gstage_map_range(struct gstage *gs,
                                              const struct gstage_mapping *range);

/*
 * Unmaps a range of whole leaves, then fences the range on this hart: up to GSTAGE_FENCE_LEAF_MAX
 * leaves one by one, else the whole VMID.
 *
 * Returns HYP_OK, or with nothing changed:
 *   HYP_E_PARAM   size is 0
 *   HYP_E_RANGE   the range passes the table's mode
 *   HYP_E_ABSENT  some of it is not mapped
 *   HYP_E_ALIGN   it begins or ends inside a leaf; leaves are not split
 */
HYP_MUST_USE enum hyp_status gstage_unmap_range(struct gstage *gs, gpa_t gpa, uint64_t size);

/*
 * Finds the leaf that maps gpa. Pure; pte_perm() and pte_mem_type() decode leaf->pte.
 *
 * Returns HYP_OK, HYP_E_RANGE (beyond the mode), HYP_E_ABSENT (not mapped), or
 * HYP_E_FORMAT or HYP_E_FAULT (a damaged table, see ptable_walk()).
 */
HYP_MUST_USE enum hyp_status gstage_walk(const struct gstage *gs, gpa_t gpa,
                                         struct ptable_leaf *leaf);

/* Translates gpa to a host-physical address. Errors as gstage_walk(). */
HYP_MUST_USE enum hyp_status gstage_translate(const struct gstage *gs, gpa_t gpa, hpa_t *hpa);

/* Visits each leaf in ascending order of gpa, see ptable_for_each_leaf(). */
HYP_MUST_USE enum hyp_status
gstage_for_each_leaf(const struct gstage *gs,
                     enum hyp_status (*visit)(void *context, const struct ptable_leaf *leaf),
                     void *context);

/*
 * Visits every valid entry of the tables that an hgatp value points to, whoever made them, see
 * ptable_for_each_run(). HYP_E_UNSUPPORTED: hgatp.MODE is none of the three.
 */
HYP_MUST_USE enum hyp_status gstage_for_each_run(const struct phys_map *map, uint64_t hgatp,
                                                 ptable_visit_run *visit, void *context);

/* The value for hgatp: MODE, VMID and the root's PPN. */
uint64_t gstage_hgatp(const struct gstage *gs);

/* True if the table is well-formed, and each leaf is one that this gstage makes. */
bool gstage_is_valid(const struct gstage *gs);
