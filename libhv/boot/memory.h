/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's own memory: image, pool and address space (layout.h).
 *
 * Owner   struct hv_boot.
 * Locks   None: one hart boots. Afterwards the pool has its own lock, the rest is const.
 */
#pragma once

#include <hyp/base/range.h>
#include <hyp/mm/hspace.h>
#include <hyp/mm/object_pool.h>

#include "libhv/layout.h"

#define HV_BOOT_FDT_SIZE (2 * HYP_MIB)

/* Addresses of the linked sections. The pool begins at guest_end. */
struct hv_image {
    const char *text_start, *text_end;
    const char *rodata_start, *rodata_end;
    const char *data_start, *hyp_end;
    const char *guest_end;   /* End of the embedded files. */
    uint64_t *boot_table;    /* 512 entries, 2 MiB leaves of SPACE_BASE's GiB, loaded by boot.S. */
    const uint8_t *build_id; /* HYP_BUILD_ID_SIZE bytes. */
};

struct hv_memory {
    const struct hv_image *image;
    uint64_t load_hpa;
    uint64_t pool_size;
    struct range fdt_pa; /* Physical addresses of the machine's device tree. */
    struct phys_map phys;
    struct page_pool pool;
    struct object_pool objects;
    struct hspace space;
};

/* Features of the machine that the page table and the pool use. */
struct hv_memory_caps {
    bool svpbmt;
    uint32_t zero_block; /* Size of a Zicboz block by the device tree; 0: no Zicboz. */
};

/*
 * Maps HV_BOOT_FDT_SIZE bytes from fdt_hpa on until hv_memory_init(), and sets fdt_pa to the tree's
 * range. NULL: the tree cannot be read.
 */
const void *hv_memory_map_fdt(struct hv_memory *m, uint64_t fdt_hpa);

/* Maps the registers at hpa until hv_memory_init(). */
uintptr_t hv_memory_map_boot_device(struct hv_memory *m, uint64_t hpa);

/* The pool's range: it follows the image. */
struct range hv_memory_pool_range(const struct hv_memory *m);

/*
 * Loads the first bytes of each page, and with `written` stores them back. Returns the first page
 * that faults; UINT64_MAX: none does. Called before hv_memory_init().
 */
uint64_t hv_memory_find_inaccessible(struct hv_memory *m, struct range pa, bool written);

/*
 * Sets up the pool and the page table, and loads it into satp. HYP_OK, or a status of libmm, after
 * which boot cannot go on.
 */
HYP_MUST_USE enum hyp_status hv_memory_init(struct hv_memory *m, const struct hv_memory_caps *caps);
