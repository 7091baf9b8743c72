/* SPDX-License-Identifier: Apache-2.0 */
/* G-stage tables: ptable.h with U = 1 and G = 0, fences by VMID, and values of hgatp. */
#include <hyp/mm/gstage.h>

#include <hyp/arch/fence.h>
#include <hyp/base/assert.h>

/* 16 KiB: two more address bits than the HS-stage mode of the same name. */
#define GSTAGE_ROOT_ORDER 2

static unsigned level_count_of(enum gstage_mode mode)
{
    return 3 + (unsigned)mode - (unsigned)GSTAGE_SV39X4;
}

enum hyp_status gstage_create(struct gstage *gs, const struct gstage_config *config)
{
    if (config->mode < GSTAGE_SV39X4 || config->mode > GSTAGE_SV57X4) {
        return HYP_E_PARAM;
    }
    if (config->vmid >= GSTAGE_VMID_LIMIT) {
        return HYP_E_RANGE;
    }
    struct ptable table;
    unsigned level_count = level_count_of(config->mode);
    HYP_TRY(ptable_create(&table, config->pool, level_count, GSTAGE_ROOT_ORDER));
    *gs = (struct gstage){
        .table = table,
        .mode = config->mode,
        .vmid = config->vmid,
        .svpbmt = config->svpbmt,
    };
    return HYP_OK;
}

void gstage_destroy(struct gstage *gs)
{
    fence_hfence_gvma_vmid(gs->vmid);
    ptable_destroy(&gs->table);
}

enum hyp_status gstage_map(struct gstage *gs, gpa_t gpa, hpa_t hpa, enum gstage_level level,
                           unsigned perm)
{
    if ((unsigned)level > GSTAGE_1G) {
        return HYP_E_PARAM;
    }
    if (!pte_perm_is_legal(perm)) {
        return HYP_E_RANGE;
    }
    struct ptable_mapping mapping = {
        .address = gpa.a,
        .pa = hpa,
        .size = ptable_leaf_size((unsigned)level),
        .flags = perm | PTE_U,
        .level_max = (enum ptable_level)level,
        .level_min = (enum ptable_level)level,
    };
    return ptable_map(&gs->table, &mapping);
}

enum hyp_status gstage_map_range(struct gstage *gs, const struct gstage_mapping *range)
{
    if ((unsigned)range->type > MEM_IO) {
        return HYP_E_PARAM;
    }
    if (!pte_perm_is_legal(range->perm)) {
        return HYP_E_RANGE;
    }
    struct ptable_mapping mapping = {
        .address = range->gpa.a,
        .pa = range->hpa,
        .size = range->size,
        .flags = range->perm | PTE_U | (gs->svpbmt ? pte_pbmt(range->type) : 0),
        .level_max = PTABLE_1G,
        .level_min = PTABLE_4K,
    };
    return ptable_map(&gs->table, &mapping);
}

enum hyp_status gstage_unmap_range(struct gstage *gs, gpa_t gpa, uint64_t size)
{
    uint64_t leaf_count;
    HYP_TRY(ptable_unmap(&gs->table, gpa.a, size, &leaf_count));
    if (leaf_count > GSTAGE_FENCE_LEAF_MAX) {
        fence_hfence_gvma_vmid(gs->vmid);
        return HYP_OK;
    }
    struct ptable_leaf hole;
    for (uint64_t done = 0; done < size; done += hole.size) {
        /* Tables stay, so the empty entry has the size of the leaf. */
        enum hyp_status status = ptable_walk(&gs->table, gpa.a + done, &hole);
        HYP_ASSERT(status == HYP_E_ABSENT);
        fence_hfence_gvma(GPA(hole.address), gs->vmid);
    }
    return HYP_OK;
}

enum hyp_status gstage_walk(const struct gstage *gs, gpa_t gpa, struct ptable_leaf *leaf)
{
    return ptable_walk(&gs->table, gpa.a, leaf);
}

enum hyp_status gstage_translate(const struct gstage *gs, gpa_t gpa, hpa_t *hpa)
{
    struct ptable_leaf leaf;
    HYP_TRY(gstage_walk(gs, gpa, &leaf));
    *hpa = HPA(leaf.pa.a + (gpa.a - leaf.address));
    return HYP_OK;
}

enum hyp_status gstage_for_each_leaf(const struct gstage *gs,
                                     enum hyp_status (*visit)(void *context,
                                                              const struct ptable_leaf *leaf),
                                     void *context)
{
    return ptable_for_each_leaf(&gs->table, visit, context);
}

uint64_t gstage_hgatp(const struct gstage *gs)
{
    return ((uint64_t)gs->mode << HGATP_MODE_SHIFT) | ((uint64_t)gs->vmid << HGATP_VMID_SHIFT) |
           (gs->table.root.a >> HYP_PAGE_SHIFT);
}

enum hyp_status gstage_for_each_run(const struct phys_map *map, uint64_t hgatp,
                                    ptable_visit_run *visit, void *context)
{
    uint64_t mode = hgatp >> HGATP_MODE_SHIFT;
    if (mode < GSTAGE_SV39X4 || mode > GSTAGE_SV57X4) {
        return HYP_E_UNSUPPORTED;
    }
    struct ptable view = {
        .map = map,
        .root = HPA(bits_get(hgatp, 0, HGATP_PPN_WIDTH) << HYP_PAGE_SHIFT),
        .level_count = level_count_of((enum gstage_mode)mode),
        .root_order = GSTAGE_ROOT_ORDER,
    };
    return ptable_for_each_run(&view, visit, context);
}

/* HYP_E_FORMAT: no call of this file makes such a leaf. */
static enum hyp_status check_leaf(void *context, const struct ptable_leaf *leaf)
{
    const bool *svpbmt = context;
    bool is_ours = (leaf->pte & (PTE_U | PTE_G)) == PTE_U &&
                   (*svpbmt || pte_mem_type(leaf->pte) == MEM_NORMAL);
    return is_ours ? HYP_OK : HYP_E_FORMAT;
}

bool gstage_is_valid(const struct gstage *gs)
{
    bool svpbmt = gs->svpbmt;
    return gs->table.level_count == level_count_of(gs->mode) &&
           gs->table.root_order == GSTAGE_ROOT_ORDER && gs->vmid < GSTAGE_VMID_LIMIT &&
           ptable_is_valid(&gs->table) && gstage_for_each_leaf(gs, check_leaf, &svpbmt) == HYP_OK;
}
