/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's address space: rights of its leaves, device and stack windows, satp. */
#include <hyp/mm/hspace.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/base/assert.h>

#define SV39_BITS 39
#define SV39_LEVELS 3

/* A canonical address without its sign extension, as ptable.h takes it. */
static uint64_t index_of(uint64_t va)
{
    return va & (BIT(SV39_BITS) - 1);
}

static uint64_t va_of(uint64_t index)
{
    return (index ^ BIT(SV39_BITS - 1)) - BIT(SV39_BITS - 1);
}

/* True if all bytes are canonical and in one half; size is not 0. */
static bool is_canonical(uint64_t va, uint64_t size)
{
    uint64_t last = va + (size - 1);
    return va_of(index_of(va)) == va && va_of(index_of(last)) == last && last >= va &&
           size <= BIT(SV39_BITS - 1);
}

static enum hyp_status check_window(struct range window)
{
    if (window.size != 0 && (!is_canonical(window.start, window.size) || !range_is_valid(window))) {
        return HYP_E_RANGE;
    }
    return is_aligned(window.start | window.size, HYP_PAGE_SIZE) ? HYP_OK : HYP_E_ALIGN;
}

enum hyp_status hspace_create(struct hspace *hs, const struct hspace_config *config)
{
    HYP_TRY(check_window(config->device_window));
    HYP_TRY(check_window(config->stack_window));
    if (range_overlaps(config->device_window, config->stack_window)) {
        return HYP_E_EXIST;
    }
    struct ptable table;
    HYP_TRY(ptable_create(&table, config->pool, SV39_LEVELS, 0));
    *hs = (struct hspace){
        .table = table,
        .device_window = config->device_window,
        .stack_window = config->stack_window,
        .device_search_start = config->device_window.start,
        .stack_search_start = config->stack_window.start,
        .svpbmt = config->svpbmt,
    };
    return HYP_OK;
}

static uint64_t leaf_flags(const struct hspace *hs, unsigned perm, enum mem_type type)
{
    return perm | PTE_G | (hs->svpbmt ? pte_pbmt(type) : 0);
}

static bool perm_is_allowed(unsigned perm)
{
    return pte_perm_is_legal(perm) && (perm & (HSPACE_W | HSPACE_X)) != (HSPACE_W | HSPACE_X);
}

enum hyp_status hspace_map(struct hspace *hs, const struct hspace_mapping *range)
{
    if (range->size == 0 || !perm_is_allowed(range->perm) || (unsigned)range->type > MEM_IO ||
        (unsigned)range->level_max > PTABLE_1G) {
        return HYP_E_PARAM;
    }
    if (!is_canonical(range->va, range->size)) {
        return HYP_E_RANGE;
    }
    struct ptable_mapping mapping = {
        .address = index_of(range->va),
        .pa = range->hpa,
        .size = range->size,
        .flags = leaf_flags(hs, range->perm, range->type),
        .level_max = range->level_max,
        .level_min = PTABLE_4K,
    };
    return ptable_map(&hs->table, &mapping);
}

/* An unmap makes a hole: the next search begins at the start of its window. */
static void restart_search(struct range window, struct range unmapped, uint64_t *search_start)
{
    *search_start = range_overlaps(window, unmapped) ? window.start : *search_start;
}

enum hyp_status hspace_unmap(struct hspace *hs, uintptr_t va, uint64_t size)
{
    uint64_t leaf_count;
    if (size == 0) {
        return HYP_E_PARAM;
    }
    if (!is_canonical(va, size)) {
        return HYP_E_RANGE;
    }
    HYP_TRY(ptable_unmap(&hs->table, index_of(va), size, &leaf_count));
    restart_search(hs->device_window, (struct range){va, size}, &hs->device_search_start);
    restart_search(hs->stack_window, (struct range){va, size}, &hs->stack_search_start);
    if (leaf_count > HSPACE_FENCE_LEAF_MAX) {
        fence_sfence_vma_all();
        return HYP_OK;
    }
    struct ptable_leaf hole;
    for (uint64_t done = 0; done < size; done += hole.size) {
        /* Tables stay, so the empty entry has the size of the leaf. */
        enum hyp_status status = ptable_walk(&hs->table, index_of(va + done), &hole);
        HYP_ASSERT(status == HYP_E_ABSENT);
        fence_sfence_vma((uintptr_t)va_of(hole.address));
    }
    return HYP_OK;
}

/* A request for unmapped pages of a window, with an unmapped page on either side. */
struct hole {
    struct range window;
    uint64_t *search_start; /* The window has no hole below. */
    uint64_t size;
    uint64_t align;
    uint64_t offset; /* The address must be congruent to this, modulo align. */
};

/* HYP_OK: [va, va + size) is unmapped. HYP_E_EXIST: *end is the end of the first leaf in it. */
static enum hyp_status check_hole(const struct hspace *hs, uint64_t va, uint64_t size,
                                  uint64_t *end)
{
    struct ptable_leaf leaf;
    for (uint64_t at = va; at < va + size; at = *end) {
        enum hyp_status status = ptable_walk(&hs->table, index_of(at), &leaf);
        if (status != HYP_OK && status != HYP_E_ABSENT) {
            return status;
        }
        *end = va_of(leaf.address) + leaf.size;
        if (status == HYP_OK) {
            return HYP_E_EXIST;
        }
    }
    return HYP_OK;
}

static enum hyp_status find_hole(const struct hspace *hs, const struct hole *hole, uint64_t *va)
{
    uint64_t from = *hole->search_start;
    for (;;) {
        uint64_t start = from + HYP_PAGE_SIZE;
        start += (hole->offset - start) & (hole->align - 1);
        uint64_t guarded = hole->size + 2 * HYP_PAGE_SIZE;
        if (!range_covers(hole->window, start - HYP_PAGE_SIZE, guarded)) {
            return HYP_E_NOMEM;
        }
        enum hyp_status status = check_hole(hs, start - HYP_PAGE_SIZE, guarded, &from);
        if (status != HYP_E_EXIST) {
            *va = start;
            return status;
        }
    }
}

/* The next search begins after this mapping if only its guard page is unmapped below. */
static void advance_search(const struct hole *hole, uint64_t va)
{
    *hole->search_start =
        va == *hole->search_start + HYP_PAGE_SIZE ? va + hole->size : *hole->search_start;
}

enum hyp_status hspace_map_device(struct hspace *hs, hpa_t hpa, uint64_t size, uintptr_t *va)
{
    if (size == 0) {
        return HYP_E_PARAM;
    }
    if (!range_covers((struct range){0, PTE_PA_LIMIT}, hpa.a, size)) {
        return HYP_E_RANGE;
    }
    uint64_t first = align_down(hpa.a, HYP_PAGE_SIZE);
    uint64_t big = ptable_leaf_size(PTABLE_2M);
    struct hole hole = {
        .window = hs->device_window,
        .search_start = &hs->device_search_start,
        .size = align_up(hpa.a + size, HYP_PAGE_SIZE) - first,
        .offset = first,
    };
    hole.align = hole.size >= big ? big : HYP_PAGE_SIZE;
    uint64_t found;
    HYP_TRY(find_hole(hs, &hole, &found));
    struct hspace_mapping mapping = {
        .va = (uintptr_t)found,
        .hpa = HPA(first),
        .size = hole.size,
        .perm = HSPACE_R | HSPACE_W,
        .type = MEM_IO,
        .level_max = PTABLE_2M,
    };
    HYP_TRY(hspace_map(hs, &mapping));
    advance_search(&hole, found);
    *va = (uintptr_t)(found + (hpa.a - first));
    return HYP_OK;
}

enum hyp_status hspace_map_stack(struct hspace *hs, uint32_t page_count, uintptr_t *top)
{
    if (page_count == 0) {
        return HYP_E_PARAM;
    }
    struct hole hole = {
        .window = hs->stack_window,
        .search_start = &hs->stack_search_start,
        .size = page_count * HYP_PAGE_SIZE,
        .align = HYP_PAGE_SIZE,
    };
    uint64_t va;
    uint64_t cost;
    HYP_TRY(find_hole(hs, &hole, &va));
    struct ptable_mapping mapping = {
        .address = index_of(va),
        .size = hole.size,
        .flags = leaf_flags(hs, HSPACE_R | HSPACE_W, MEM_NORMAL),
    };
    HYP_TRY(ptable_map_cost(&hs->table, &mapping, &cost));
    HYP_TRY(page_pool_reserve(hs->table.pool, cost + page_count));
    mapping.size = HYP_PAGE_SIZE;
    for (; mapping.address < index_of(va) + hole.size; mapping.address += HYP_PAGE_SIZE) {
        mapping.pa = page_pool_alloc_reserved(hs->table.pool);
        ptable_map_reserved(&hs->table, &mapping);
    }
    advance_search(&hole, va);
    *top = (uintptr_t)(va + hole.size);
    return HYP_OK;
}

uint64_t hspace_satp(const struct hspace *hs)
{
    return ((uint64_t)SATP_SV39 << SATP_MODE_SHIFT) | (hs->table.root.a >> HYP_PAGE_SHIFT);
}

/* Makes a ptable for lookups from a satp value. */
static enum hyp_status open_satp(const struct phys_map *map, uint64_t satp, struct ptable *view)
{
    if (satp >> SATP_MODE_SHIFT != SATP_SV39) {
        return HYP_E_UNSUPPORTED;
    }
    *view = (struct ptable){
        .map = map,
        .root = HPA(bits_get(satp, 0, SATP_PPN_WIDTH) << HYP_PAGE_SHIFT),
        .level_count = SV39_LEVELS,
    };
    return HYP_OK;
}

enum hyp_status hspace_walk(const struct phys_map *map, uint64_t satp, uintptr_t va,
                            struct ptable_leaf *leaf)
{
    struct ptable view;
    HYP_TRY(open_satp(map, satp, &view));
    if (!is_canonical(va, 1)) {
        return HYP_E_RANGE;
    }
    enum hyp_status status = ptable_walk(&view, index_of(va), leaf);
    if (status == HYP_OK || status == HYP_E_ABSENT) {
        leaf->address = va_of(leaf->address);
    }
    return status;
}

struct visitor {
    ptable_visit_run *visit;
    void *context;
};

static enum hyp_status visit_signed(void *context, const struct ptable_run *run)
{
    const struct visitor *visitor = context;
    struct ptable_run copy = *run;
    copy.address = va_of(copy.address);
    HYP_TRY(ptable_check_run(run));
    return visitor->visit(visitor->context, &copy);
}

enum hyp_status hspace_for_each_run(const struct phys_map *map, uint64_t satp,
                                    ptable_visit_run *visit, void *context)
{
    struct ptable view;
    struct visitor visitor = {visit, context};
    HYP_TRY(open_satp(map, satp, &view));
    return ptable_for_each_run(&view, visit_signed, &visitor);
}

/* HYP_E_FORMAT: no call of this file makes such a leaf. */
static enum hyp_status check_leaf(void *context, const struct ptable_leaf *leaf)
{
    const bool *svpbmt = context;
    bool is_ours = perm_is_allowed(pte_perm(leaf->pte)) && (leaf->pte & (PTE_U | PTE_G)) == PTE_G &&
                   (*svpbmt || pte_mem_type(leaf->pte) == MEM_NORMAL);
    return is_ours ? HYP_OK : HYP_E_FORMAT;
}

bool hspace_is_valid(const struct hspace *hs)
{
    bool svpbmt = hs->svpbmt;
    return hs->table.level_count == SV39_LEVELS && hs->table.root_order == 0 &&
           check_window(hs->device_window) == HYP_OK && check_window(hs->stack_window) == HYP_OK &&
           ptable_is_valid(&hs->table) &&
           ptable_for_each_leaf(&hs->table, check_leaf, &svpbmt) == HYP_OK;
}
