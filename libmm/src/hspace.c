/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's address space: W^X, device and stack windows, satp. */
#include <hyp/mm/hspace.h>

#include <hyp/arch/fence.h>
#include <hyp/base/assert.h>

#define SATP_MODE_LO 60
#define SATP_MODE_SV39 8
#define SATP_PPN_WIDTH 44
#define SV39_BITS 39
#define SV39_LEVELS 3

/* A canonical address without its sign: the table's index. */
static uint64_t index_of(uint64_t va)
{
    return va & (BIT(SV39_BITS) - 1);
}

static uint64_t va_of(uint64_t index)
{
    return (index ^ BIT(SV39_BITS - 1)) - BIT(SV39_BITS - 1);
}

/* Size is not 0, and first and last byte are canonical and in one half. */
static bool is_canonical(uint64_t va, uint64_t size)
{
    uint64_t last = va + (size - 1);
    return va_of(index_of(va)) == va && va_of(index_of(last)) == last && last >= va &&
           size <= BIT(SV39_BITS - 1);
}

static enum hyp_status check_window(struct range w)
{
    if (w.size != 0 && (!is_canonical(w.start, w.size) || !range_is_valid(w))) {
        return HYP_E_RANGE;
    }
    return is_aligned(w.start | w.size, HYP_PAGE_SIZE) ? HYP_OK : HYP_E_ALIGN;
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
        .device_from = config->device_window.start,
        .stack_from = config->stack_window.start,
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

enum hyp_status hspace_map(struct hspace *hs, const struct hspace_mapping *m)
{
    if (m->size == 0 || !perm_is_allowed(m->perm) || (unsigned)m->type > MEM_IO ||
        (unsigned)m->level_max > PTABLE_1G) {
        return HYP_E_PARAM;
    }
    if (!is_canonical(m->va, m->size)) {
        return HYP_E_RANGE;
    }
    struct ptable_mapping mapping = {
        .address = index_of(m->va),
        .pa = m->hpa,
        .size = m->size,
        .flags = leaf_flags(hs, m->perm, m->type),
        .level_max = m->level_max,
        .level_min = PTABLE_4K,
    };
    return ptable_map(&hs->table, &mapping);
}

static void look_again(struct range window, struct range unmapped, uint64_t *from)
{
    *from = range_overlaps(window, unmapped) ? window.start : *from;
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
    look_again(hs->device_window, (struct range){va, size}, &hs->device_from);
    look_again(hs->stack_window, (struct range){va, size}, &hs->stack_from);
    if (leaf_count > HSPACE_FENCE_LEAF_MAX) {
        fence_sfence_vma_all();
        return HYP_OK;
    }
    struct ptable_leaf hole;
    for (uint64_t done = 0; done < size; done += hole.size) {
        /* Tables stay, so the hole is as big as the leaf was. */
        enum hyp_status status = ptable_walk(&hs->table, index_of(va + done), &hole);
        HYP_ASSERT(status == HYP_E_ABSENT);
        fence_sfence_vma((uintptr_t)va_of(hole.address));
    }
    return HYP_OK;
}

/* Unmapped room to look for, with an unmapped page on either side. */
struct hole {
    struct range window;
    uint64_t *from; /* The window has no hole below. */
    uint64_t size;
    uint64_t align;
    uint64_t phase; /* The address is this, modulo align. */
};

/* HYP_OK: [va, va + size) is unmapped; HYP_E_EXIST: *end is where the first leaf in it ends. */
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

static enum hyp_status find_hole(const struct hspace *hs, const struct hole *h, uint64_t *va)
{
    uint64_t from = *h->from;
    for (;;) {
        uint64_t start = from + HYP_PAGE_SIZE;
        start += (h->phase - start) & (h->align - 1);
        uint64_t guarded = h->size + 2 * HYP_PAGE_SIZE;
        if (!range_covers(h->window, start - HYP_PAGE_SIZE, guarded)) {
            return HYP_E_NOMEM;
        }
        enum hyp_status status = check_hole(hs, start - HYP_PAGE_SIZE, guarded, &from);
        if (status != HYP_E_EXIST) {
            *va = start;
            return status;
        }
    }
}

/* The next search starts behind this mapping, if only a guard page is free below it. */
static void go_on_behind(const struct hole *h, uint64_t va)
{
    *h->from = va == *h->from + HYP_PAGE_SIZE ? va + h->size : *h->from;
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
        .from = &hs->device_from,
        .size = align_up(hpa.a + size, HYP_PAGE_SIZE) - first,
        .phase = first,
    };
    hole.align = hole.size >= big ? big : HYP_PAGE_SIZE;
    uint64_t found;
    HYP_TRY(find_hole(hs, &hole, &found));
    struct hspace_mapping m = {
        .va = (uintptr_t)found,
        .hpa = HPA(first),
        .size = hole.size,
        .perm = HSPACE_R | HSPACE_W,
        .type = MEM_IO,
        .level_max = PTABLE_2M,
    };
    HYP_TRY(hspace_map(hs, &m));
    go_on_behind(&hole, found);
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
        .from = &hs->stack_from,
        .size = page_count * HYP_PAGE_SIZE,
        .align = HYP_PAGE_SIZE,
    };
    uint64_t va;
    uint64_t cost;
    HYP_TRY(find_hole(hs, &hole, &va));
    struct ptable_mapping m = {
        .address = index_of(va),
        .size = hole.size,
        .flags = leaf_flags(hs, HSPACE_R | HSPACE_W, MEM_NORMAL),
    };
    HYP_TRY(ptable_map_cost(&hs->table, &m, &cost));
    HYP_TRY(page_pool_reserve(hs->table.pool, cost + page_count));
    m.size = HYP_PAGE_SIZE;
    for (; m.address < index_of(va) + hole.size; m.address += HYP_PAGE_SIZE) {
        m.pa = page_pool_alloc_reserved(hs->table.pool);
        ptable_map_reserved(&hs->table, &m);
    }
    go_on_behind(&hole, va);
    *top = (uintptr_t)(va + hole.size);
    return HYP_OK;
}

uint64_t hspace_satp(const struct hspace *hs)
{
    return ((uint64_t)SATP_MODE_SV39 << SATP_MODE_LO) | (hs->table.root.a >> HYP_PAGE_SHIFT);
}

/* A table to look into, from a satp value. */
static enum hyp_status view_of(const struct phys_map *map, uint64_t satp, struct ptable *view)
{
    if (satp >> SATP_MODE_LO != SATP_MODE_SV39) {
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
    HYP_TRY(view_of(map, satp, &view));
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
    const struct visitor *v = context;
    struct ptable_run copy = *run;
    copy.address = va_of(copy.address);
    HYP_TRY(ptable_check_run(run));
    return v->visit(v->context, &copy);
}

enum hyp_status hspace_for_each_run(const struct phys_map *map, uint64_t satp,
                                    ptable_visit_run *visit, void *context)
{
    struct ptable view;
    struct visitor v = {visit, context};
    HYP_TRY(view_of(map, satp, &view));
    return ptable_for_each_run(&view, visit_signed, &v);
}

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
