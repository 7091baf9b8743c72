/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's own memory. All of it within one GiB of virtual addresses:
 *
 *   base + 0          the image: text R-X, rodata R--, data RW-
 *   base + 64 MiB     the pool RW-
 *   base + 128 MiB    boot only: the machine's device tree; later a blob that is copied
 *   base + 256 MiB    stacks, each between guard pages
 *   base + 512 MiB    devices
 *
 * No guest memory is mapped; a blob's source is, read-only, while it is copied.
 */
#include "hyp.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/dtree.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/mem.h>
#include <hyp/base/assert.h>

#define BASE UINT64_C(0xffffffc000000000)
#define POOL_VA (BASE + 64 * HYP_MIB)
#define BOOT_VA (BASE + 128 * HYP_MIB)
#define STACK_VA (BASE + 256 * HYP_MIB)
#define DEVICE_VA (BASE + 512 * HYP_MIB)
#define WINDOW_SIZE (256 * HYP_MIB)
#define LEAF (2 * HYP_MIB)
#define FDT_HEADER_SIZE 40

/* A pool begins anywhere in its first leaf. */
_Static_assert(POOL_VA + CONFIG_POOL_MAX + LEAF <= BOOT_VA, "the pool's window ends behind it");

extern uint64_t boot_table_2m[512];
extern const char _text_start[], _text_end[], _rodata_start[], _rodata_end[], _data_start[];
extern const char _hyp_end[], _guest_end[];

/* boot.S's table is in use until the real one is loaded: 2 MiB leaves, gone with it. */
static uintptr_t boot_map(uint64_t va, uint64_t hpa, uint64_t size)
{
    uint64_t first = align_down(hpa, LEAF);
    uint64_t last = align_up(hpa + size, LEAF);
    for (uint64_t pa = first, v = va; pa < last; pa += LEAF, v += LEAF) {
        boot_table_2m[(v - BASE) / LEAF] = pte_leaf(HPA(pa), PTE_R | PTE_W);
    }
    fence_sfence_vma_all();
    return va + (hpa - first);
}

uint64_t hyp_find_closed_page(struct range pa, bool written)
{
    uint64_t end = pa.start + pa.size;
    for (uint64_t at = pa.start, next; at < end; at = next) {
        next = align_down(at, LEAF) + LEAF;
        uint64_t size = (next < end ? next : end) - at;
        uintptr_t va = boot_map(STACK_VA, at, size);
        uintptr_t stop = mem_find_closed(va, va + size, written);
        if (stop < va + size) {
            return at + (stop - va);
        }
    }
    return UINT64_MAX;
}

/* The header says how long the tree is; its end is looked at by page, as its start is. */
const void *hyp_map_boot_fdt(struct hyp *h, uint64_t fdt_hpa)
{
    if (!is_aligned(fdt_hpa, 8) || fdt_hpa > PTE_PA_LIMIT - HYP_BOOT_FDT_SIZE) {
        return 0;
    }
    uintptr_t fdt = boot_map(BOOT_VA, fdt_hpa, HYP_BOOT_FDT_SIZE);
    if (mem_find_closed(fdt, fdt + 1, false) == fdt) {
        return 0;
    }
    uint64_t size = dtree_cell((const uint8_t *)fdt + 4);
    size = size > FDT_HEADER_SIZE ? size : FDT_HEADER_SIZE;
    size = size < HYP_BOOT_FDT_SIZE ? size : HYP_BOOT_FDT_SIZE;
    h->fdt_pa = (struct range){fdt_hpa, size};
    uintptr_t stop = mem_find_closed(align_down(fdt, HYP_PAGE_SIZE), fdt + size, false);
    return stop >= fdt + size ? (const void *)fdt : 0;
}

uintptr_t hyp_map_boot_device(uint64_t hpa)
{
    return boot_map(DEVICE_VA, hpa, 8);
}

struct range hyp_pool_range(const struct hyp *h)
{
    uint64_t image = align_up((uint64_t)(uintptr_t)_guest_end - BASE, HYP_PAGE_SIZE);
    return (struct range){h->load_hpa + image, hyp_config.pool_size};
}

static enum hyp_status map_section(struct hyp *h, const char *start, const char *end, unsigned perm)
{
    uint64_t va = (uint64_t)(uintptr_t)start;
    struct hspace_mapping m = {
        .va = va,
        .hpa = HPA(va - BASE + h->load_hpa),
        .size = (uint64_t)(end - start),
        .perm = perm,
    };
    return hspace_map(&h->space, &m);
}

static enum hyp_status init_pool(struct hyp *h)
{
    struct range pool = hyp_pool_range(h);
    uintptr_t va = boot_map(POOL_VA, pool.start, pool.size);
    h->phys.window[0] = (struct phys_window){.pa = pool, .va = va};
    h->phys.count = 1;
    page_pool_init(&h->pool, &h->phys);
    /* Whatever the last owner left: a page is cleared when it is taken. */
    uint32_t block = h->machine.all.block[2];
    h->pool.zero_block = mem_zero_block_works((void *)va, block) ? block : 0;
    struct page_region region = {.pa = pool};
    return page_pool_add(&h->pool, &region);
}

enum hyp_status hyp_init_memory(struct hyp *h)
{
    struct hspace_config config = {
        .pool = &h->pool,
        .device_window = {.start = DEVICE_VA, .size = WINDOW_SIZE},
        .stack_window = {.start = STACK_VA, .size = WINDOW_SIZE},
        .svpbmt = h->machine.svpbmt,
    };
    HYP_TRY(init_pool(h));
    HYP_TRY(hspace_create(&h->space, &config));
    HYP_TRY(map_section(h, _text_start, _text_end, HSPACE_R | HSPACE_X));
    HYP_TRY(map_section(h, _rodata_start, _rodata_end, HSPACE_R));
    HYP_TRY(map_section(h, _data_start, _hyp_end, HSPACE_R | HSPACE_W));
    const struct phys_window *w = &h->phys.window[0];
    struct hspace_mapping pool = {
        .va = w->va,
        .hpa = HPA(w->pa.start),
        .size = w->pa.size,
        .perm = HSPACE_R | HSPACE_W,
        .level_max = PTABLE_2M,
    };
    HYP_TRY(hspace_map(&h->space, &pool));
    csr_write(CSR_SATP, hspace_satp(&h->space));
    fence_sfence_vma_all();
    return HYP_OK;
}

/* Objects that fit share a page: what the last block has left, in whole cache lines. */
void *hyp_alloc(struct hyp *h, uint64_t size)
{
    unsigned order = 0;
    size = align_up(size, 64);
    if (size <= h->spare_size) {
        uint8_t *object = h->spare;
        h->spare += size;
        h->spare_size -= size;
        return object;
    }
    while ((HYP_PAGE_SIZE << order) < size) {
        order++;
    }
    hpa_t pa;
    if (page_pool_alloc(&h->pool, order, &pa) != HYP_OK) {
        return 0;
    }
    uint64_t block = HYP_PAGE_SIZE << order;
    uint8_t *object = phys_to_ptr(&h->phys, pa, block);
    if (block - size > h->spare_size) {
        h->spare = object + size;
        h->spare_size = block - size;
    }
    return object;
}

void hyp_show_pool(struct hyp *h)
{
    uint64_t pages = hyp_config.pool_size / HYP_PAGE_SIZE;
    log_line(&h->log, "pool_used_kib=%lu pool_peak_kib=%lu pool_need_kib=%lu pool_kib=%lu",
             (pages - h->pool.free_count) * 4, (pages - h->pool.free_low) * 4,
             h->plan.pool_need / HYP_KIB, hyp_config.pool_size / HYP_KIB);
}

/* Address that a blob is mapped at: congruent modulo 2 MiB to its place, for large leaves. */
static uint64_t blob_va(const struct hyp *h, const struct hyp_blob *blob)
{
    uint64_t hpa = (uint64_t)(uintptr_t)blob->start - BASE + h->load_hpa;
    return BOOT_VA + (hpa & (LEAF - 1));
}

const void *hyp_map_blob(struct hyp *h, const struct hyp_blob *blob)
{
    uint64_t link = (uint64_t)(uintptr_t)blob->start;
    struct hspace_mapping m = {
        .va = blob_va(h, blob),
        .hpa = HPA(link - BASE + h->load_hpa),
        .size = align_up(blob->size, HYP_PAGE_SIZE),
        .perm = HSPACE_R,
        .level_max = PTABLE_2M,
    };
    if (hspace_map(&h->space, &m) != HYP_OK) {
        return 0;
    }
    fence_sfence_vma_all();
    return (const void *)m.va;
}

void hyp_unmap_blob(struct hyp *h, const struct hyp_blob *blob)
{
    enum hyp_status unmapped =
        hspace_unmap(&h->space, blob_va(h, blob), align_up(blob->size, HYP_PAGE_SIZE));
    HYP_REQUIRE(unmapped == HYP_OK);
}
