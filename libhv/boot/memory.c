/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's own memory: boot.S's table first, then pool and page table. */
#include "libhv/boot/memory.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/dtree.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/mem.h>
#include <hyp/vm/config_fit.h>

#define FDT_HEADER_SIZE 40

/* A pool may begin anywhere in its first leaf. */
_Static_assert(HV_POOL_VA + CONFIG_POOL_MAX + HV_LEAF <= HV_BOOT_VA,
               "the pool's window is too small");

/* Maps into boot.S's table, in 2 MiB leaves, until the real table is loaded. */
static uintptr_t boot_map(const struct hv_memory *memory, uint64_t va, uint64_t hpa, uint64_t size)
{
    uint64_t first = align_down(hpa, HV_LEAF);
    uint64_t last = align_up(hpa + size, HV_LEAF);
    for (uint64_t pa = first, v = va; pa < last; pa += HV_LEAF, v += HV_LEAF) {
        memory->image->boot_table[(v - SPACE_BASE) / HV_LEAF] = pte_leaf(HPA(pa), PTE_R | PTE_W);
    }
    fence_sfence_vma_all();
    return va + (hpa - first);
}

uint64_t hv_memory_find_inaccessible(struct hv_memory *memory, struct range pa, bool written)
{
    uint64_t end = pa.start + pa.size;
    for (uint64_t at = pa.start, next; at < end; at = next) {
        next = align_down(at, HV_LEAF) + HV_LEAF;
        uint64_t size = (next < end ? next : end) - at;
        uintptr_t va = boot_map(memory, HV_STACK_VA, at, size);
        uintptr_t stop = mem_find_inaccessible(va, va + size, written);
        if (stop < va + size) {
            return at + (stop - va);
        }
    }
    return UINT64_MAX;
}

/* Checks that the header, and then each page of the size that it gives, can be read. */
const void *hv_memory_map_fdt(struct hv_memory *memory, uint64_t fdt_hpa)
{
    if (!is_aligned(fdt_hpa, 8) || fdt_hpa > PTE_PA_LIMIT - HV_BOOT_FDT_SIZE) {
        return NULL;
    }
    uintptr_t fdt = boot_map(memory, HV_BOOT_VA, fdt_hpa, HV_BOOT_FDT_SIZE);
    if (mem_find_inaccessible(fdt, fdt + 1, false) == fdt) {
        return NULL;
    }
    uint64_t size = dtree_cell((const uint8_t *)fdt + 4);
    size = size > FDT_HEADER_SIZE ? size : FDT_HEADER_SIZE;
    size = size < HV_BOOT_FDT_SIZE ? size : HV_BOOT_FDT_SIZE;
    memory->fdt_pa = (struct range){fdt_hpa, size};
    uintptr_t stop = mem_find_inaccessible(align_down(fdt, HYP_PAGE_SIZE), fdt + size, false);
    return stop >= fdt + size ? (const void *)fdt : NULL;
}

uintptr_t hv_memory_map_boot_device(struct hv_memory *memory, uint64_t hpa)
{
    return boot_map(memory, HV_DEVICE_VA, hpa, 8);
}

struct range hv_memory_pool_range(const struct hv_memory *memory)
{
    uint64_t end = align_up(hv_image_hpa(memory->image->guest_end, 0), HYP_PAGE_SIZE);
    return (struct range){memory->load_hpa + end, memory->pool_size};
}

static enum hyp_status map_section(struct hv_memory *memory, const char *start, const char *end,
                                   unsigned perm)
{
    struct hspace_mapping section = {
        .va = (uint64_t)(uintptr_t)start,
        .hpa = HPA(hv_image_hpa(start, memory->load_hpa)),
        .size = (uint64_t)(end - start),
        .perm = perm,
    };
    return hspace_map(&memory->space, &section);
}

static enum hyp_status init_pool(struct hv_memory *memory, uint32_t zero_block)
{
    struct range pool = hv_memory_pool_range(memory);
    uintptr_t va = boot_map(memory, HV_POOL_VA, pool.start, pool.size);
    memory->phys.window[0] = (struct phys_window){.pa = pool, .va = va};
    memory->phys.count = 1;
    page_pool_init(&memory->pool, &memory->phys);
    /* The pool's memory need not be zero: a page is cleared when it is allocated. */
    memory->pool.zero_block = mem_zero_block_works((void *)va, zero_block) ? zero_block : 0;
    struct page_region region = {.pa = pool};
    return page_pool_add(&memory->pool, &region);
}

enum hyp_status hv_memory_init(struct hv_memory *memory, const struct hv_memory_caps *caps)
{
    const struct hv_image *image = memory->image;
    struct hspace_config config = {
        .pool = &memory->pool,
        .device_window = {.start = HV_DEVICE_VA, .size = HV_WINDOW_SIZE},
        .stack_window = {.start = HV_STACK_VA, .size = HV_WINDOW_SIZE},
        .svpbmt = caps->svpbmt,
    };
    HYP_TRY(init_pool(memory, caps->zero_block));
    object_pool_init(&memory->objects, &memory->pool);
    HYP_TRY(hspace_create(&memory->space, &config));
    HYP_TRY(map_section(memory, image->text_start, image->text_end, HSPACE_R | HSPACE_X));
    HYP_TRY(map_section(memory, image->rodata_start, image->rodata_end, HSPACE_R));
    HYP_TRY(map_section(memory, image->data_start, image->hyp_end, HSPACE_R | HSPACE_W));
    const struct phys_window *window = &memory->phys.window[0];
    struct hspace_mapping pool = {
        .va = window->va,
        .hpa = HPA(window->pa.start),
        .size = window->pa.size,
        .perm = HSPACE_R | HSPACE_W,
        .level_max = PTABLE_2M,
    };
    HYP_TRY(hspace_map(&memory->space, &pool));
    csr_write(CSR_SATP, hspace_satp(&memory->space));
    fence_sfence_vma_all();
    return HYP_OK;
}
