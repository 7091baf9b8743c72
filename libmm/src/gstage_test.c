/* SPDX-License-Identifier: Apache-2.0 */
/* gstage: every error, PTE bits, fences, hgatp, and what a VM costs. */
#include <hyp/mm/gstage.h>

#include "test_arena.h"

#include <hyp/arch/fence.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define PAGE HYP_PAGE_SIZE
#define GUEST_PA UINT64_C(0x100000000)
#define RWX (GSTAGE_R | GSTAGE_W | GSTAGE_X)

static struct test_arena arena;
static struct gstage gs;

static void make(enum gstage_mode mode, bool svpbmt, uint64_t pages)
{
    test_arena_init(&arena, 0, pages);
    struct gstage_config config = {&arena.pool, mode, 5, svpbmt};
    assert_int_equal(gstage_create(&gs, &config), HYP_OK);
    fence_host_reset();
}

static enum hyp_status map(uint64_t gpa, uint64_t hpa, uint64_t size)
{
    struct gstage_mapping m = {GPA(gpa), HPA(hpa), size, RWX, MEM_NORMAL};
    return gstage_map_range(&gs, &m);
}

static uint64_t *entry(hpa_t table, uint64_t index)
{
    return (uint64_t *)(void *)test_ptr(table) + index;
}

static void create_checks_its_configuration(void **state)
{
    (void)state;
    struct gstage_config config = {&arena.pool, (enum gstage_mode)7, 0, false};
    test_arena_init(&arena, 1, 16);
    assert_int_equal(gstage_create(&gs, &config), HYP_E_PARAM);
    config.mode = (enum gstage_mode)11;
    assert_int_equal(gstage_create(&gs, &config), HYP_E_PARAM);
    config.mode = GSTAGE_SV39X4;
    config.vmid = GSTAGE_VMID_LIMIT;
    assert_int_equal(gstage_create(&gs, &config), HYP_E_RANGE);
    config.vmid = GSTAGE_VMID_LIMIT - 1;
    assert_int_equal(gstage_create(&gs, &config), HYP_OK);
    assert_int_equal(gs.table.root.a % (16 * HYP_KIB), 0);
    assert_int_equal(gstage_hgatp(&gs),
                     UINT64_C(8) << 60 | UINT64_C(0x3fff) << 44 | gs.table.root.a >> 12);
    test_arena_init(&arena, 1, 6);
    assert_int_equal(gstage_create(&gs, &config), HYP_E_NOMEM);
}

static void map_reports_each_error(void **state)
{
    (void)state;
    make(GSTAGE_SV39X4, false, 6);
    uint64_t limit = BIT(41);
    assert_int_equal(gstage_map(&gs, GPA(0), HPA(0), (enum gstage_level)3, RWX), HYP_E_PARAM);
    assert_int_equal(gstage_map(&gs, GPA(limit), HPA(0), GSTAGE_4K, RWX), HYP_E_RANGE);
    assert_int_equal(gstage_map(&gs, GPA(0), HPA(BIT(56)), GSTAGE_4K, RWX), HYP_E_RANGE);
    assert_int_equal(gstage_map(&gs, GPA(0), HPA(0), GSTAGE_4K, GSTAGE_W), HYP_E_RANGE);
    assert_int_equal(gstage_map(&gs, GPA(0), HPA(0), GSTAGE_4K, GSTAGE_W | GSTAGE_X), HYP_E_RANGE);
    assert_int_equal(gstage_map(&gs, GPA(0), HPA(0), GSTAGE_4K, 0), HYP_E_RANGE);
    assert_int_equal(gstage_map(&gs, GPA(0), HPA(0), GSTAGE_4K, RWX | 1), HYP_E_RANGE);
    assert_int_equal(gstage_map(&gs, GPA(0x1000), HPA(0), GSTAGE_2M, RWX), HYP_E_ALIGN);
    assert_int_equal(gstage_map(&gs, GPA(0), HPA(0x200000), GSTAGE_1G, RWX), HYP_E_ALIGN);
    assert_int_equal(gs.table.table_count, 0);
    assert_int_equal(gstage_map(&gs, GPA(limit - PAGE), HPA(BIT(56) - PAGE), GSTAGE_4K, RWX),
                     HYP_OK);
    assert_int_equal(gstage_map(&gs, GPA(limit - PAGE), HPA(0), GSTAGE_4K, RWX), HYP_E_EXIST);
    assert_int_equal(gstage_map(&gs, GPA(limit - HYP_GIB), HPA(0), GSTAGE_1G, RWX), HYP_E_EXIST);
    assert_int_equal(gstage_map(&gs, GPA(0), HPA(0), GSTAGE_2M, RWX), HYP_E_NOMEM);
    assert_int_equal(gstage_map(&gs, GPA(0), HPA(0), GSTAGE_1G, RWX), HYP_OK);
    assert_int_equal(gstage_map(&gs, GPA(0x1000), HPA(0), GSTAGE_4K, RWX), HYP_E_EXIST);
    assert_true(gstage_is_valid(&gs));
}

static void map_range_reports_each_error(void **state)
{
    (void)state;
    make(GSTAGE_SV48X4, false, 32);
    struct gstage_mapping m = {GPA(0), HPA(0), PAGE, RWX, (enum mem_type)3};
    assert_int_equal(gstage_map_range(&gs, &m), HYP_E_PARAM);
    m = (struct gstage_mapping){GPA(0), HPA(0), PAGE, GSTAGE_W, MEM_NORMAL};
    assert_int_equal(gstage_map_range(&gs, &m), HYP_E_RANGE);
    assert_int_equal(map(0, 0, 0), HYP_E_PARAM);
    assert_int_equal(map(0, 0, PAGE / 2), HYP_E_ALIGN);
    assert_int_equal(map(1, 0, PAGE), HYP_E_ALIGN);
    assert_int_equal(map(BIT(50) - PAGE, 0, 2 * PAGE), HYP_E_RANGE);
    assert_int_equal(map(0, BIT(56) - PAGE, 2 * PAGE), HYP_E_RANGE);
    assert_int_equal(map(PAGE, 0, UINT64_MAX - 4095), HYP_E_RANGE);
    /* The last page is mapped already: no page before it is mapped. */
    assert_int_equal(map(8 * PAGE, GUEST_PA, PAGE), HYP_OK);
    assert_int_equal(map(0, GUEST_PA, 9 * PAGE), HYP_E_EXIST);
    hpa_t hpa;
    assert_int_equal(gstage_translate(&gs, GPA(0), &hpa), HYP_E_ABSENT);
    assert_int_equal(gstage_translate(&gs, GPA(BIT(50)), &hpa), HYP_E_RANGE);
}

static void leaf_size_of(uint64_t gpa, uint64_t size)
{
    struct ptable_leaf leaf;
    hpa_t hpa;
    assert_int_equal(gstage_walk(&gs, GPA(gpa), &leaf), HYP_OK);
    assert_int_equal(leaf.size, size);
    assert_int_equal(gstage_translate(&gs, GPA(gpa), &hpa), HYP_OK);
    assert_int_equal(hpa.a, gpa + GUEST_PA);
}

static void largest_leaves_are_used(enum gstage_mode mode)
{
    make(mode, false, 32);
    uint64_t start = HYP_GIB - 2 * HYP_MIB - PAGE;
    assert_int_equal(map(start, GUEST_PA + start, 2 * HYP_GIB + 8 * HYP_MIB), HYP_OK);
    leaf_size_of(start, PAGE);
    leaf_size_of(start + PAGE, 2 * HYP_MIB);
    leaf_size_of(HYP_GIB, HYP_GIB);
    leaf_size_of(2 * HYP_GIB + 0x345678, HYP_GIB);
    leaf_size_of(3 * HYP_GIB + 2 * HYP_MIB, 2 * HYP_MIB);
    leaf_size_of(3 * HYP_GIB + 6 * HYP_MIB - 2 * PAGE, PAGE);
    assert_true(gstage_is_valid(&gs));
    gstage_destroy(&gs);
    assert_int_equal(arena.pool.free_count, 32);
}

static void every_mode_maps_and_frees(void **state)
{
    (void)state;
    largest_leaves_are_used(GSTAGE_SV39X4);
    largest_leaves_are_used(GSTAGE_SV48X4);
    largest_leaves_are_used(GSTAGE_SV57X4);
}

/* The budget: RAM in big leaves is the root and one or two tables. */
static void a_vm_with_big_leaves_costs_20_kib(void **state)
{
    (void)state;
    make(GSTAGE_SV39X4, false, 32);
    assert_int_equal(map(0x80000000, 0x90000000, 256 * HYP_MIB), HYP_OK);
    assert_int_equal(gs.table.table_count, 1);
    assert_int_equal(arena.pool.free_count, 32 - 5);
    make(GSTAGE_SV48X4, false, 32);
    assert_int_equal(map(0x80000000, 0x90000000, 256 * HYP_MIB), HYP_OK);
    assert_int_equal(gs.table.table_count, 2);
}

static void pte_bits(void **state)
{
    (void)state;
    struct gstage_mapping m = {GPA(0), HPA(0x10000000), PAGE, GSTAGE_R | GSTAGE_W, MEM_IO};
    struct ptable_leaf leaf;
    make(GSTAGE_SV39X4, true, 32);
    assert_int_equal(gstage_map_range(&gs, &m), HYP_OK);
    assert_int_equal(gstage_walk(&gs, GPA(0), &leaf), HYP_OK);
    assert_int_equal(leaf.pte, UINT64_C(2) << 61 | UINT64_C(0x10000) << 10 | 0xd7);
    m.gpa = GPA(PAGE);
    m.type = MEM_NC;
    m.perm = GSTAGE_R;
    assert_int_equal(gstage_map_range(&gs, &m), HYP_OK);
    assert_int_equal(gstage_walk(&gs, GPA(PAGE), &leaf), HYP_OK);
    assert_int_equal(leaf.pte, UINT64_C(1) << 61 | UINT64_C(0x10000) << 10 | 0xd3);
    assert_int_equal(pte_mem_type(leaf.pte), MEM_NC);
    assert_true(gstage_is_valid(&gs));
    gs.svpbmt = false;
    assert_false(gstage_is_valid(&gs));
    /* The bits are reserved on a machine without Svpbmt. */
    make(GSTAGE_SV39X4, false, 32);
    assert_int_equal(gstage_map_range(&gs, &m), HYP_OK);
    assert_int_equal(gstage_walk(&gs, GPA(PAGE), &leaf), HYP_OK);
    assert_int_equal(leaf.pte, UINT64_C(0x10000) << 10 | 0xd3);
    assert_int_equal(gstage_map(&gs, GPA(HYP_GIB), HPA(0), GSTAGE_1G, GSTAGE_X), HYP_OK);
    assert_int_equal(gstage_walk(&gs, GPA(HYP_GIB), &leaf), HYP_OK);
    assert_int_equal(leaf.pte, 0xd9);
    /* An inner PTE is V and a PPN. */
    assert_int_equal(*entry(gs.table.root, 0) & ~((BIT(44) - 1) << 10), PTE_V);
}

static void unmap_reports_each_error(void **state)
{
    (void)state;
    make(GSTAGE_SV39X4, false, 32);
    assert_int_equal(map(0, GUEST_PA, 4 * HYP_MIB + 2 * PAGE), HYP_OK);
    assert_int_equal(gstage_unmap_range(&gs, GPA(0), 0), HYP_E_PARAM);
    assert_int_equal(gstage_unmap_range(&gs, GPA(BIT(41) - PAGE), 2 * PAGE), HYP_E_RANGE);
    assert_int_equal(gstage_unmap_range(&gs, GPA(4 * HYP_MIB + 1), PAGE), HYP_E_ALIGN);
    assert_int_equal(gstage_unmap_range(&gs, GPA(4 * HYP_MIB), 1), HYP_E_ALIGN);
    assert_int_equal(gstage_unmap_range(&gs, GPA(0), PAGE), HYP_E_ALIGN);
    assert_int_equal(gstage_unmap_range(&gs, GPA(PAGE), 2 * HYP_MIB - PAGE), HYP_E_ALIGN);
    assert_int_equal(gstage_unmap_range(&gs, GPA(4 * HYP_MIB), 3 * PAGE), HYP_E_ABSENT);
    assert_int_equal(fence_host_log()->count, 0);
    assert_int_equal(gstage_unmap_range(&gs, GPA(0), 4 * HYP_MIB + 2 * PAGE), HYP_OK);
    assert_int_equal(gstage_unmap_range(&gs, GPA(0), PAGE), HYP_E_ABSENT);
}

static void unmap_fences_its_vmid(void **state)
{
    (void)state;
    const struct fence_log *log = fence_host_log();
    make(GSTAGE_SV39X4, false, 32);
    assert_int_equal(map(0, GUEST_PA, 2 * HYP_MIB + 20 * PAGE), HYP_OK);
    assert_int_equal(log->count, 0);
    assert_int_equal(gstage_unmap_range(&gs, GPA(0), 2 * HYP_MIB + PAGE), HYP_OK);
    assert_int_equal(log->count, 2);
    assert_int_equal(log->record[0].kind, FENCE_GVMA);
    assert_int_equal(log->record[0].address, 0);
    assert_int_equal(log->record[0].id, 5);
    assert_int_equal(log->record[1].kind, FENCE_GVMA);
    assert_int_equal(log->record[1].address, 2 * HYP_MIB);
    assert_int_equal(log->record[1].id, 5);
    fence_host_reset();
    assert_int_equal(gstage_unmap_range(&gs, GPA(2 * HYP_MIB + PAGE), 9 * PAGE), HYP_OK);
    assert_int_equal(log->count, 1);
    assert_int_equal(log->record[0].kind, FENCE_GVMA_VMID);
    assert_int_equal(log->record[0].id, 5);
    fence_host_reset();
    assert_int_equal(gstage_unmap_range(&gs, GPA(2 * HYP_MIB + 10 * PAGE), 8 * PAGE), HYP_OK);
    assert_int_equal(log->count, 8);
    fence_host_reset();
    gstage_destroy(&gs);
    assert_int_equal(log->count, 1);
    assert_int_equal(log->record[0].kind, FENCE_GVMA_VMID);
    assert_int_equal(log->record[0].id, 5);
}

/*
 * Tables stay after an unmap: a leaf in place of an empty table is refused, a range uses smaller
 * leaves.
 */
static void emptied_table_is_reused(void **state)
{
    (void)state;
    make(GSTAGE_SV39X4, false, 32);
    assert_int_equal(map(0, GUEST_PA, PAGE), HYP_OK);
    assert_int_equal(gstage_unmap_range(&gs, GPA(0), PAGE), HYP_OK);
    assert_int_equal(gstage_map(&gs, GPA(0), HPA(GUEST_PA), GSTAGE_2M, RWX), HYP_E_EXIST);
    uint64_t free_count = arena.pool.free_count;
    assert_int_equal(map(0, GUEST_PA, HYP_GIB), HYP_OK);
    assert_int_equal(arena.pool.free_count, free_count);
    leaf_size_of(PAGE, PAGE);
    leaf_size_of(2 * HYP_MIB, 2 * HYP_MIB);
}

static enum hyp_status count_leaf(void *context, const struct ptable_leaf *leaf)
{
    uint64_t *size = context;
    if (leaf->address >= HYP_GIB) {
        return HYP_E_UNSUPPORTED;
    }
    *size += leaf->size;
    return HYP_OK;
}

static void visitor_sees_every_leaf_and_can_stop(void **state)
{
    (void)state;
    uint64_t size = 0;
    make(GSTAGE_SV57X4, false, 32);
    assert_int_equal(map(PAGE, GUEST_PA + PAGE, 2 * HYP_MIB), HYP_OK);
    assert_int_equal(gstage_for_each_leaf(&gs, count_leaf, &size), HYP_OK);
    assert_int_equal(size, 2 * HYP_MIB);
    assert_int_equal(map(HYP_GIB, GUEST_PA, PAGE), HYP_OK);
    assert_int_equal(gstage_for_each_leaf(&gs, count_leaf, &size), HYP_E_UNSUPPORTED);
}

/* ---- Every entry, in runs -------------------------------------------------------------------- */

struct runs {
    struct ptable_run run[8];
    unsigned count;
};

static enum hyp_status keep_run(void *context, const struct ptable_run *run)
{
    struct runs *r = context;
    assert_true(r->count < 8);
    r->run[r->count++] = *run;
    return HYP_OK;
}

static void expect_run(const struct ptable_run *run, uint64_t address, uint64_t count,
                       unsigned level)
{
    assert_int_equal(run->address, address);
    assert_int_equal(run->count, count);
    assert_int_equal(run->level, level);
}

static void runs_are_what_continues(void **state)
{
    (void)state;
    struct runs r = {.count = 0};
    make(GSTAGE_SV39X4, false, 32);
    /* Four pages in one run; two pages with another address; a large leaf, and one in the root. */
    assert_int_equal(map(PAGE, GUEST_PA + PAGE, 4 * PAGE), HYP_OK);
    assert_int_equal(map(5 * PAGE, GUEST_PA, 2 * PAGE), HYP_OK);
    assert_int_equal(map(2 * HYP_MIB, GUEST_PA, 4 * HYP_MIB), HYP_OK);
    assert_int_equal(map(2047 * HYP_GIB, GUEST_PA, HYP_GIB), HYP_OK);
    assert_int_equal(gstage_for_each_run(&arena.map, gstage_hgatp(&gs), keep_run, &r), HYP_OK);
    assert_int_equal(r.count, 4);
    expect_run(&r.run[0], PAGE, 4, 0);
    expect_run(&r.run[1], 5 * PAGE, 2, 0);
    expect_run(&r.run[2], 2 * HYP_MIB, 2, 1);
    expect_run(&r.run[3], 2047 * HYP_GIB, 1, 2);
    assert_int_equal(r.run[0].pte, pte_leaf(HPA(GUEST_PA + PAGE), RWX | PTE_U));
    assert_int_equal(gstage_for_each_run(&arena.map, 0, keep_run, &r), HYP_E_UNSUPPORTED);
    assert_int_equal(gstage_for_each_run(&arena.map, UINT64_C(8) << 60, keep_run, &r), HYP_E_FAULT);
}

/* The visit also shows entries that no call of this library makes. */
static void stray_entries_are_visited(void **state)
{
    (void)state;
    static const uint64_t stray[] = {
        0x200000df,         /* a leaf */
        0x200000df | PTE_N, /* reserved bits */
        0x200000d5,         /* W without R */
        0x20000001,         /* a table outside the phys_map */
        0x20000001 | PTE_A, /* a table with a leaf's bits */
    };
    for (unsigned i = 0; i < sizeof(stray) / sizeof(stray[0]); i++) {
        struct runs r = {.count = 0};
        make(GSTAGE_SV39X4, false, 32);
        assert_int_equal(map(0, GUEST_PA, PAGE), HYP_OK);
        uint64_t pte = stray[i] == 0x20000001 ? 0x10000001 : stray[i];
        *entry(gs.table.root, 1024) = pte;
        *entry(pte_pa(*entry(pte_pa(*entry(gs.table.root, 0)), 0)), 511) = stray[i];
        assert_int_equal(gstage_for_each_run(&arena.map, gstage_hgatp(&gs), keep_run, &r), HYP_OK);
        assert_int_equal(r.count, 3);
        expect_run(&r.run[1], 511 * PAGE, 1, 0);
        expect_run(&r.run[2], 1024 * HYP_GIB, 1, 2);
        assert_int_equal(r.run[1].pte, stray[i]);
        assert_int_equal(r.run[2].pte, pte);
    }
}

static enum hyp_status count_run(void *context, const struct ptable_run *run)
{
    *(uint64_t *)context += run->count;
    return HYP_OK;
}

/* The visit of a table that points to itself ends. */
static void tables_in_a_circle_end(void **state)
{
    (void)state;
    uint64_t count = 0;
    make(GSTAGE_SV57X4, false, 32);
    assert_int_equal(map(0, GUEST_PA, PAGE), HYP_OK);
    hpa_t below = pte_pa(*entry(gs.table.root, 0));
    for (unsigned i = 0; i < 512; i++) {
        *entry(below, i) = pte_table(below);
    }
    assert_int_equal(gstage_for_each_run(&arena.map, gstage_hgatp(&gs), count_run, &count),
                     HYP_E_FAULT);
    assert_true(count < ARENA_PAGES * 512);
}

/* Writes a damaged PTE and expects each reader to report it. */
static void expect_damage(uint64_t *slot, uint64_t pte, enum hyp_status status)
{
    uint64_t old = *slot;
    uint64_t size = 0;
    uint64_t cost;
    struct ptable_leaf leaf;
    struct ptable_mapping m = {.address = 3 * PAGE, .size = PAGE};
    *slot = pte;
    assert_int_equal(gstage_walk(&gs, GPA(0), &leaf), status);
    assert_int_equal(gstage_for_each_leaf(&gs, count_leaf, &size), status);
    assert_false(gstage_is_valid(&gs));
    assert_int_equal(gstage_unmap_range(&gs, GPA(0), PAGE), status);
    if (slot == entry(gs.table.root, 0)) {
        assert_int_equal(ptable_map_cost(&gs.table, &m, &cost), status);
    }
    *slot = old;
    assert_true(gstage_is_valid(&gs));
}

static void damaged_tables_are_found(void **state)
{
    (void)state;
    make(GSTAGE_SV39X4, true, 32);
    assert_int_equal(map(0, GUEST_PA, PAGE), HYP_OK);
    uint64_t *root = entry(gs.table.root, 0);
    uint64_t *l1 = entry(pte_pa(*root), 0);
    uint64_t *l0 = entry(pte_pa(*l1), 0);
    expect_damage(root, *root | PTE_A, HYP_E_FORMAT);
    expect_damage(root, *root | PTE_U, HYP_E_FORMAT);
    expect_damage(root, *root | PTE_N, HYP_E_FORMAT);
    expect_damage(root, *root | BIT(61), HYP_E_FORMAT);
    expect_damage(root, pte_table(HPA(0x1000)), HYP_E_FAULT);
    expect_damage(root, pte_leaf(HPA(HYP_MIB * 2), PTE_R | PTE_U), HYP_E_FORMAT);
    expect_damage(l0, *l0 | PTE_N, HYP_E_FORMAT);
    expect_damage(l0, *l0 | BIT(54), HYP_E_FORMAT);
    expect_damage(l0, *l0 | BIT(61) | BIT(62), HYP_E_FORMAT);
    expect_damage(l0, (*l0 & ~PTE_RWX) | PTE_W, HYP_E_FORMAT);
    expect_damage(l0, pte_table(HPA(ARENA_PA)), HYP_E_FORMAT);
}

/* The hardware accepts it, but this library does not make it. */
static void expect_invalid(uint64_t *slot, uint64_t pte)
{
    uint64_t old = *slot;
    *slot = pte;
    assert_false(gstage_is_valid(&gs));
    *slot = old;
    assert_true(gstage_is_valid(&gs));
}

static void is_valid_sees_foreign_entries(void **state)
{
    (void)state;
    make(GSTAGE_SV39X4, true, 32);
    assert_int_equal(map(0, GUEST_PA, PAGE), HYP_OK);
    uint64_t *root = entry(gs.table.root, 0);
    uint64_t *l0 = entry(pte_pa(*entry(pte_pa(*root), 0)), 0);
    expect_invalid(l0, *l0 & ~PTE_A);
    expect_invalid(l0, *l0 & ~PTE_D);
    expect_invalid(l0, *l0 | BIT(8));
    expect_invalid(l0, *l0 & ~PTE_U);
    expect_invalid(l0, *l0 | PTE_G);
    /* A table that is used twice, and one that is mapped but not the pool's. */
    expect_invalid(entry(gs.table.root, 1), *root);
    expect_invalid(root, pte_table(HPA(ARENA_PA + 40 * PAGE)));
    struct gstage good = gs;
    gs.mode = GSTAGE_SV48X4;
    assert_false(gstage_is_valid(&gs));
    gs = good;
    gs.table.root_order = 0;
    assert_false(gstage_is_valid(&gs));
    gs = good;
    gs.vmid = GSTAGE_VMID_LIMIT;
    assert_false(gstage_is_valid(&gs));
    gs = good;
    gs.table.root = HPA(ARENA_PA + 40 * PAGE);
    gs.table.table_count = 0;
    memset(test_ptr(gs.table.root), 0, 16 * HYP_KIB);
    assert_false(gstage_is_valid(&gs));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(create_checks_its_configuration),
        cmocka_unit_test(map_reports_each_error),
        cmocka_unit_test(map_range_reports_each_error),
        cmocka_unit_test(every_mode_maps_and_frees),
        cmocka_unit_test(a_vm_with_big_leaves_costs_20_kib),
        cmocka_unit_test(pte_bits),
        cmocka_unit_test(unmap_reports_each_error),
        cmocka_unit_test(unmap_fences_its_vmid),
        cmocka_unit_test(emptied_table_is_reused),
        cmocka_unit_test(visitor_sees_every_leaf_and_can_stop),
        cmocka_unit_test(runs_are_what_continues),
        cmocka_unit_test(stray_entries_are_visited),
        cmocka_unit_test(tables_in_a_circle_end),
        cmocka_unit_test(damaged_tables_are_found),
        cmocka_unit_test(is_valid_sees_foreign_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
