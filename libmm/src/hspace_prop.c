/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: after any sequence of calls the table has W^X, stacks with guard pages and disjoint
 * devices.
 */
#include <hyp/mm/hspace.h>

#include "test_arena.h"

#include <hyp/base/bits.h>
#include <prop.h>

#ifndef STEPS
#define STEPS 12
#endif

#define IMAGE UINT64_C(0xffffffc000000000)
#define DEVICE UINT64_C(0xffffffc040000000)
#define STACK UINT64_C(0xffffffc080000000)
#define PAGE HYP_PAGE_SIZE

enum { IMAGE_PAGES = 3, WINDOW_PAGES = 12 };

struct piece {
    uint64_t va;
    uint64_t pages;
    uint64_t pa; /* 0: any. */
    bool is_stack;
};

struct state {
    struct test_arena arena;
    struct hspace hs;
    struct piece piece[STEPS];
    unsigned piece_count;
    unsigned image[IMAGE_PAGES]; /* Permissions; 0: not mapped. */
};

static bool is_mapped(struct state *s, uint64_t va, struct ptable_leaf *leaf)
{
    return hspace_walk(&s->arena.map, hspace_satp(&s->hs), va, leaf) == HYP_OK;
}

static void step_image(struct state *s)
{
    uint64_t first = prop_u64(IMAGE_PAGES);
    uint64_t count = 1 + prop_u64(IMAGE_PAGES - first);
    unsigned perm = (unsigned)prop_u64(8) << 1;
    struct hspace_mapping m = {
        .va = IMAGE + first * PAGE,
        .hpa = HPA(0x100000000 + first * PAGE),
        .size = count * PAGE,
        .perm = perm,
    };
    bool is_used = false;
    for (uint64_t p = first; p < first + count; p++) {
        is_used |= s->image[p] != 0;
    }
    enum hyp_status status = hspace_map(&s->hs, &m);
    bool is_legal = perm == 2 || perm == 6 || perm == 8 || perm == 10; /* R, RW, X, RX */
    if (!is_legal) {
        PROP_ASSERT(status == HYP_E_PARAM);
    } else if (is_used) {
        PROP_ASSERT(status == HYP_E_EXIST);
    } else if (status == HYP_OK) {
        for (uint64_t p = first; p < first + count; p++) {
            s->image[p] = perm;
        }
    } else {
        PROP_ASSERT(status == HYP_E_NOMEM && s->arena.pool.free_count < 2);
    }
}

static void step_unmap(struct state *s)
{
    uint64_t page = prop_u64(IMAGE_PAGES);
    enum hyp_status status = hspace_unmap(&s->hs, IMAGE + page * PAGE, PAGE);
    PROP_ASSERT(status == (s->image[page] != 0 ? HYP_OK : HYP_E_ABSENT));
    s->image[page] = 0;
}

static void step_piece(struct state *s, bool is_stack)
{
    uint64_t pages = 1 + prop_u64(3);
    uint64_t pa = is_stack ? 0 : 0x10000000 + prop_u64(2) * 0x80;
    uint64_t free_count = s->arena.pool.free_count;
    uintptr_t va = 1;
    enum hyp_status status;
    if (is_stack) {
        status = hspace_map_stack(&s->hs, (uint32_t)pages, &va);
    } else {
        status = hspace_map_device(&s->hs, HPA(pa), pages * PAGE - 0x80, &va);
    }
    if (status != HYP_OK) {
        PROP_ASSERT(status == HYP_E_NOMEM && va == 1);
        PROP_ASSERT(s->arena.pool.free_count == free_count);
        return;
    }
    s->piece[s->piece_count++] = (struct piece){
        .va = is_stack ? va - pages * PAGE : align_down(va, PAGE),
        .pages = pages,
        .pa = align_down(pa, PAGE),
        .is_stack = is_stack,
    };
    PROP_ASSERT(is_stack || (va & (PAGE - 1)) == (pa & (PAGE - 1)));
}

static void check_piece(struct state *s, const struct piece *p)
{
    struct ptable_leaf leaf;
    uint64_t window = p->is_stack ? STACK : DEVICE;
    PROP_ASSERT(p->va >= window + PAGE &&
                p->va + (p->pages + 1) * PAGE <= window + WINDOW_PAGES * PAGE);
    PROP_ASSERT(!is_mapped(s, p->va - PAGE, &leaf));
    PROP_ASSERT(!is_mapped(s, p->va + p->pages * PAGE, &leaf));
    for (uint64_t i = 0; i < p->pages; i++) {
        PROP_ASSERT(is_mapped(s, p->va + i * PAGE, &leaf));
        PROP_ASSERT(pte_perm(leaf.pte) == (HSPACE_R | HSPACE_W));
        PROP_ASSERT(pte_mem_type(leaf.pte) == (p->is_stack ? MEM_NORMAL : MEM_IO));
        if (p->is_stack) {
            PROP_ASSERT(page_pool_contains(&s->arena.pool, leaf.pa));
        } else {
            PROP_ASSERT(leaf.pa.a == p->pa + i * PAGE);
        }
    }
}

static enum hyp_status visit(void *context, const struct ptable_run *run)
{
    *(uint64_t *)context += run->count;
    PROP_ASSERT((run->pte & (PTE_W | PTE_X)) != (PTE_W | PTE_X));
    PROP_ASSERT((run->pte & (PTE_A | PTE_D | PTE_G | PTE_U)) == (PTE_A | PTE_D | PTE_G));
    return HYP_OK;
}

static void check_all(struct state *s)
{
    uint64_t expect = 0;
    uint64_t count = 0;
    for (unsigned i = 0; i < s->piece_count; i++) {
        check_piece(s, &s->piece[i]);
        expect += s->piece[i].pages;
    }
    for (uint64_t p = 0; p < IMAGE_PAGES; p++) {
        struct ptable_leaf leaf;
        PROP_ASSERT(is_mapped(s, IMAGE + p * PAGE, &leaf) == (s->image[p] != 0));
        PROP_ASSERT(s->image[p] == 0 || pte_perm(leaf.pte) == s->image[p]);
        expect += s->image[p] != 0;
    }
    /* The number of leaves is that of the requests: no page is mapped twice. */
    PROP_ASSERT(hspace_for_each_run(&s->arena.map, hspace_satp(&s->hs), visit, &count) == HYP_OK);
    PROP_ASSERT(count == expect);
    PROP_ASSERT(hspace_is_valid(&s->hs));
}

void prop_run(void)
{
    struct state s = {.piece_count = 0};
    test_arena_init(&s.arena, 0, prop_bool() ? 5 : 40);
    struct hspace_config config = {
        .pool = &s.arena.pool,
        .device_window = {DEVICE, WINDOW_PAGES * PAGE},
        .stack_window = {STACK, WINDOW_PAGES * PAGE},
        .svpbmt = true,
    };
    PROP_ASSERT(hspace_create(&s.hs, &config) == HYP_OK);
    for (int step = 0; step < STEPS; step++) {
        switch (prop_u64(4)) {
        case 0: step_image(&s); break;
        case 1: step_unmap(&s); break;
        case 2: step_piece(&s, true); break;
        default: step_piece(&s, false); break;
        }
    }
    check_all(&s);
}
