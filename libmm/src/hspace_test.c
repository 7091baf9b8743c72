/* SPDX-License-Identifier: Apache-2.0 */
/* hspace: every error, PTE bits, fences, satp, windows. */
#include <hyp/mm/hspace.h>

#include "test_arena.h"

#include <hyp/arch/fence.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define PAGE HYP_PAGE_SIZE
#define IMAGE UINT64_C(0xffffffc000000000)
#define DEVICE UINT64_C(0xffffffd000000000)
#define STACK UINT64_C(0xffffffe000000000)
#define RW (HSPACE_R | HSPACE_W)
#define RX (HSPACE_R | HSPACE_X)

static struct test_arena arena;
static struct hspace hs;

static void make(uint64_t pages)
{
    test_arena_init(&arena, 0, pages);
    struct hspace_config config = {
        .pool = &arena.pool,
        .device_window = {DEVICE, 16 * HYP_MIB},
        .stack_window = {STACK, 16 * PAGE},
        .svpbmt = true,
    };
    assert_int_equal(hspace_create(&hs, &config), HYP_OK);
    fence_host_reset();
}

static enum hyp_status map(uint64_t va, uint64_t hpa, uint64_t size, unsigned perm)
{
    struct hspace_mapping m = {.va = va, .hpa = HPA(hpa), .size = size, .perm = perm};
    return hspace_map(&hs, &m);
}

static enum hyp_status walk(uint64_t va, struct ptable_leaf *leaf)
{
    return hspace_walk(&arena.map, hspace_satp(&hs), va, leaf);
}

static enum hyp_status create(struct range device, struct range stack)
{
    struct hspace_config config = {
        .pool = &arena.pool, .device_window = device, .stack_window = stack};
    return hspace_create(&hs, &config);
}

static void create_checks_its_windows(void **state)
{
    (void)state;
    struct range none = {0, 0};
    test_arena_init(&arena, 0, 1);
    assert_int_equal(create((struct range){BIT(38) - PAGE, 2 * PAGE}, none), HYP_E_RANGE);
    assert_int_equal(create(none, (struct range){BIT(40), PAGE}), HYP_E_RANGE);
    assert_int_equal(create((struct range){-PAGE, PAGE}, none), HYP_E_RANGE);
    assert_int_equal(create((struct range){IMAGE + 1, PAGE}, none), HYP_E_ALIGN);
    assert_int_equal(create((struct range){IMAGE, PAGE}, (struct range){IMAGE, PAGE}), HYP_E_EXIST);
    assert_int_equal(arena.pool.free_count, 1);
    assert_int_equal(create(none, none), HYP_OK);
    assert_int_equal(hspace_satp(&hs), UINT64_C(8) << 60 | hs.table.root.a >> 12);
    assert_true(hspace_is_valid(&hs));
    assert_int_equal(create(none, none), HYP_E_NOMEM);
}

static void map_reports_each_error(void **state)
{
    (void)state;
    make(32);
    struct hspace_mapping m = {.va = IMAGE, .size = PAGE, .perm = RW, .type = (enum mem_type)3};
    assert_int_equal(hspace_map(&hs, &m), HYP_E_PARAM);
    m.type = MEM_NORMAL;
    m.level_max = (enum ptable_level)3;
    assert_int_equal(hspace_map(&hs, &m), HYP_E_PARAM);
    assert_int_equal(map(IMAGE, 0, 0, RW), HYP_E_PARAM);
    assert_int_equal(map(IMAGE, 0, PAGE, RW | HSPACE_X), HYP_E_PARAM);
    assert_int_equal(map(IMAGE, 0, PAGE, HSPACE_W | HSPACE_X), HYP_E_PARAM);
    assert_int_equal(map(IMAGE, 0, PAGE, HSPACE_W), HYP_E_PARAM);
    assert_int_equal(map(IMAGE, 0, PAGE, 0), HYP_E_PARAM);
    assert_int_equal(map(IMAGE - PAGE, 0, PAGE, RW), HYP_E_RANGE);
    assert_int_equal(map(BIT(38) - PAGE, 0, 2 * PAGE, RW), HYP_E_RANGE);
    assert_int_equal(map(BIT(38) - PAGE, 0, 2 * PAGE - BIT(39), RW), HYP_E_RANGE);
    assert_int_equal(map(BIT(38) - PAGE, 0, IMAGE - BIT(38) + 2 * PAGE, RW), HYP_E_RANGE);
    assert_int_equal(map(-PAGE, 0, 2 * PAGE, RW), HYP_E_RANGE);
    assert_int_equal(map(IMAGE, BIT(56), PAGE, RW), HYP_E_RANGE);
    assert_int_equal(map(IMAGE + 1, 0, PAGE, RW), HYP_E_ALIGN);
    assert_int_equal(map(IMAGE, 0, PAGE, RX), HYP_OK);
    assert_int_equal(map(IMAGE, 0, PAGE, RW), HYP_E_EXIST);
    assert_int_equal(map(-PAGE, 0x5000, PAGE, HSPACE_R), HYP_OK);
    assert_true(hspace_is_valid(&hs));
    make(2);
    assert_int_equal(map(IMAGE, 0, PAGE, RW), HYP_E_NOMEM);
    assert_int_equal(arena.pool.free_count, 1);
}

static void pte_bits_and_leaf_sizes(void **state)
{
    (void)state;
    struct ptable_leaf leaf;
    make(32);
    assert_int_equal(map(IMAGE, 0x80200000, 4 * HYP_MIB, RX), HYP_OK);
    assert_int_equal(walk(IMAGE + 0x201234, &leaf), HYP_OK);
    assert_int_equal(leaf.address, IMAGE + 0x201000);
    assert_int_equal(leaf.pa.a, 0x80401000);
    assert_int_equal(leaf.size, PAGE);
    assert_int_equal(leaf.pte & 0x3ff, 0xeb);
    struct hspace_mapping pool = {
        .va = STACK + HYP_GIB,
        .hpa = HPA(0x80000000),
        .size = HYP_GIB,
        .perm = RW,
        .level_max = PTABLE_2M,
    };
    assert_int_equal(hspace_map(&hs, &pool), HYP_OK);
    assert_int_equal(walk(STACK + HYP_GIB, &leaf), HYP_OK);
    assert_int_equal(leaf.size, 2 * HYP_MIB);
    assert_int_equal(leaf.pte & 0x3ff, 0xe7);
}

static void unmap_checks_and_fences(void **state)
{
    (void)state;
    const struct fence_log *log = fence_host_log();
    make(32);
    assert_int_equal(map(IMAGE, 0x80200000, 20 * PAGE, RX), HYP_OK);
    assert_int_equal(hspace_unmap(&hs, IMAGE, 0), HYP_E_PARAM);
    assert_int_equal(hspace_unmap(&hs, IMAGE - PAGE, PAGE), HYP_E_RANGE);
    assert_int_equal(hspace_unmap(&hs, IMAGE, 21 * PAGE), HYP_E_ABSENT);
    assert_int_equal(hspace_unmap(&hs, IMAGE, PAGE + 1), HYP_E_ALIGN);
    assert_int_equal(log->count, 0);
    assert_int_equal(hspace_unmap(&hs, IMAGE + PAGE, 2 * PAGE), HYP_OK);
    assert_int_equal(log->count, 2);
    assert_int_equal(log->record[0].kind, FENCE_SFENCE);
    assert_int_equal(log->record[0].address, IMAGE + PAGE);
    assert_int_equal(log->record[1].address, IMAGE + 2 * PAGE);
    fence_host_reset();
    assert_int_equal(hspace_unmap(&hs, IMAGE + 3 * PAGE, 9 * PAGE), HYP_OK);
    assert_int_equal(log->count, 1);
    assert_int_equal(log->record[0].kind, FENCE_SFENCE_ALL);
}

static void devices_keep_apart(void **state)
{
    (void)state;
    struct ptable_leaf leaf;
    uintptr_t uart;
    uintptr_t plic;
    uintptr_t other = 1;
    make(32);
    assert_int_equal(hspace_map_device(&hs, HPA(0x10000000), 0, &uart), HYP_E_PARAM);
    assert_int_equal(hspace_map_device(&hs, HPA(BIT(56) - 4), 8, &uart), HYP_E_RANGE);
    assert_int_equal(hspace_map_device(&hs, HPA(0x10000ff8), 16, &uart), HYP_OK);
    assert_int_equal(uart, DEVICE + PAGE + 0xff8);
    assert_int_equal(walk(uart + 8, &leaf), HYP_OK);
    assert_int_equal(leaf.pa.a, 0x10001000);
    assert_int_equal(leaf.pte, UINT64_C(2) << 61 | UINT64_C(0x10001) << 10 | 0xe7);
    assert_int_equal(hspace_map_device(&hs, HPA(0x0c000000), 6 * HYP_MIB, &plic), HYP_OK);
    assert_int_equal(plic, DEVICE + 2 * HYP_MIB);
    assert_int_equal(walk(plic, &leaf), HYP_OK);
    assert_int_equal(leaf.size, 2 * HYP_MIB);
    assert_int_equal(hspace_map_device(&hs, HPA(0x0c000000), 8 * HYP_MIB, &other), HYP_E_NOMEM);
    assert_int_equal(other, 1);
    assert_int_equal(hspace_map_device(&hs, HPA(0x20000000), PAGE, &other), HYP_OK);
    assert_int_equal(other, DEVICE + 4 * PAGE);
    make(1);
    assert_int_equal(hspace_map_device(&hs, HPA(0x10000000), 8, &other), HYP_E_NOMEM);
    /* The bits of the type are reserved on a machine without Svpbmt. */
    make(32);
    hs.svpbmt = false;
    assert_int_equal(hspace_map_device(&hs, HPA(0x10000000), 8, &other), HYP_OK);
    assert_int_equal(walk(other, &leaf), HYP_OK);
    assert_int_equal(leaf.pte, UINT64_C(0x10000) << 10 | 0xe7);
}

static void stacks_are_guarded(void **state)
{
    (void)state;
    struct ptable_leaf leaf;
    uintptr_t top[3];
    make(32);
    assert_int_equal(hspace_map_stack(&hs, 0, &top[0]), HYP_E_PARAM);
    assert_int_equal(hspace_map_stack(&hs, UINT32_MAX, &top[0]), HYP_E_NOMEM);
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(hspace_map_stack(&hs, 4, &top[i]), HYP_OK);
        assert_int_equal(top[i], STACK + (5 * i + 5) * PAGE);
        assert_int_equal(walk(top[i], &leaf), HYP_E_ABSENT);
        assert_int_equal(leaf.address, top[i]);
        assert_int_equal(walk(top[i] - 4 * PAGE - 1, &leaf), HYP_E_ABSENT);
        assert_int_equal(walk(top[i] - 4 * PAGE, &leaf), HYP_OK);
        assert_int_equal(walk(top[i] - 1, &leaf), HYP_OK);
        assert_int_equal(leaf.pte & 0x3ff, 0xe7);
    }
    uint64_t free_count = arena.pool.free_count;
    assert_int_equal(hspace_map_stack(&hs, 1, &top[0]), HYP_E_NOMEM);
    assert_int_equal(arena.pool.free_count, free_count);
    make(6); /* Three pages are left for the stack, after the root and two tables. */
    assert_int_equal(hspace_map_stack(&hs, 4, &top[0]), HYP_E_NOMEM);
    assert_int_equal(arena.pool.free_count, 5);
    assert_int_equal(hspace_map_stack(&hs, 3, &top[0]), HYP_OK);
    assert_int_equal(arena.pool.free_count, 0);
}

/* A mapping takes the lowest hole that is large enough, also one that an unmap has made. */
static void holes_are_found_again(void **state)
{
    (void)state;
    uintptr_t va[3];
    uintptr_t again;
    uintptr_t top;
    make(64);
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(hspace_map_device(&hs, HPA(0x10000000), 2 * PAGE, &va[i]), HYP_OK);
        assert_int_equal(va[i], DEVICE + (3 * i + 1) * PAGE);
    }
    assert_int_equal(hspace_map_stack(&hs, 2, &top), HYP_OK);
    assert_int_equal(hspace_unmap(&hs, va[1], 2 * PAGE), HYP_OK);
    assert_int_equal(hspace_map_device(&hs, HPA(0x20000000), 3 * PAGE, &again), HYP_OK);
    assert_int_equal(again, DEVICE + 10 * PAGE);
    assert_int_equal(hspace_map_device(&hs, HPA(0x20000000), PAGE, &again), HYP_OK);
    assert_int_equal(again, va[1]);
    assert_int_equal(hspace_unmap(&hs, top - 2 * PAGE, 2 * PAGE), HYP_OK);
    assert_int_equal(hspace_map_stack(&hs, 1, &top), HYP_OK);
    assert_int_equal(top, STACK + 2 * PAGE);
    assert_true(hspace_is_valid(&hs));
}

static enum hyp_status note(void *context, const struct ptable_run *run)
{
    uint64_t **next = context;
    *(*next)++ = run->address;
    return HYP_OK;
}

static void walking_starts_at_satp(void **state)
{
    (void)state;
    uint64_t seen[4] = {0};
    uint64_t *next = seen;
    struct ptable_leaf leaf;
    make(32);
    assert_int_equal(map(0x1000, 0, PAGE, RW), HYP_OK);
    assert_int_equal(map(IMAGE, 0, PAGE, RX), HYP_OK);
    assert_int_equal(map(-PAGE, 0, PAGE, RW), HYP_OK);
    uint64_t satp = hspace_satp(&hs);
    assert_int_equal(hspace_for_each_run(&arena.map, satp, note, &next), HYP_OK);
    assert_int_equal(seen[0], 0x1000);
    assert_int_equal(seen[1], IMAGE);
    assert_int_equal(seen[2], -PAGE);
    assert_int_equal(next - seen, 3);
    assert_int_equal(hspace_walk(&arena.map, 0, IMAGE, &leaf), HYP_E_UNSUPPORTED);
    assert_int_equal(hspace_for_each_run(&arena.map, BIT(63) | BIT(60), note, &next),
                     HYP_E_UNSUPPORTED);
    assert_int_equal(hspace_walk(&arena.map, satp, BIT(40), &leaf), HYP_E_RANGE);
    assert_int_equal(hspace_walk(&arena.map, satp | UINT64_C(7) << 44, IMAGE, &leaf), HYP_OK);
    assert_int_equal(hspace_walk(&arena.map, BIT(63) | 1, IMAGE, &leaf), HYP_E_FAULT);
    assert_int_equal(hspace_for_each_run(&arena.map, BIT(63) | 1, note, &next), HYP_E_FAULT);
}

static void is_valid_sees_foreign_entries(void **state)
{
    (void)state;
    static const uint64_t bad[] = {PTE_R | PTE_W | PTE_X | PTE_G, PTE_R, PTE_R | PTE_G | PTE_U,
                                   PTE_R | PTE_G | BIT(61)};
    make(32);
    uint64_t *root = (uint64_t *)(void *)test_ptr(hs.table.root);
    uintptr_t va;
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        hs.svpbmt = i != 3;
        assert_true(hspace_is_valid(&hs));
        root[2] = pte_leaf(HPA(0), bad[i]);
        assert_false(hspace_is_valid(&hs));
        root[2] = 0;
    }
    struct hspace good = hs;
    hs.table.level_count = 4;
    assert_false(hspace_is_valid(&hs));
    hs = good;
    hs.table.root_order = 2;
    assert_false(hspace_is_valid(&hs));
    hs = good;
    hs.device_window.start++;
    assert_false(hspace_is_valid(&hs));
    hs = good;
    hs.stack_window.start = BIT(45);
    assert_false(hspace_is_valid(&hs));
    hs = good;
    hs.table.table_count++;
    assert_false(hspace_is_valid(&hs));
    hs = good;
    /* A damaged entry under the stack window stops the search for a hole. */
    root[(STACK >> 30) & 511] = PTE_V | PTE_A;
    assert_int_equal(hspace_map_stack(&hs, 1, &va), HYP_E_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(create_checks_its_windows),
        cmocka_unit_test(map_reports_each_error),
        cmocka_unit_test(pte_bits_and_leaf_sizes),
        cmocka_unit_test(unmap_checks_and_fences),
        cmocka_unit_test(devices_keep_apart),
        cmocka_unit_test(stacks_are_guarded),
        cmocka_unit_test(holes_are_found_again),
        cmocka_unit_test(walking_starts_at_satp),
        cmocka_unit_test(is_valid_sees_foreign_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
