/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor as it is, but for one word that comes into a G-stage behind the builder's back,
 * which `stale=NAME` on the command line chooses. Linked with --wrap: boot comes by
 * __wrap_hv_show_pool() when all VMs are built.
 */
#include "libhv/hv.h"

#include <hyp/base/assert.h>
#include <string.h>

#define KEY "stale="
#define LEFT 0
#define RIGHT 1

void __real_hv_show_pool(struct hv *h);
void __wrap_hv_show_pool(struct hv *h);

static uint64_t *entries(const struct hv *h, hpa_t table)
{
    return phys_to_ptr(&h->boot.memory.phys, table, HYP_PAGE_SIZE);
}

static uint64_t *root(const struct hv *h, uint32_t vm)
{
    return entries(h, h->vms.vm[vm]->gstage.table.root);
}

/* The leaf of the VM's first page of RAM, wherever its level is. */
static uint64_t *first_leaf(const struct hv *h, uint32_t vm)
{
    uint64_t *slot = root(h, vm) + 2; /* 0x80000000 */
    for (uint64_t level = 2; pte_is_table(*slot); level--) {
        HYP_REQUIRE(level != 0);
        slot = entries(h, pte_pa(*slot));
    }
    return slot;
}

/* The word of the field: whatever it lands on, it is a leaf with all rights at the firmware. */
static void root_word(struct hv *h)
{
    root(h, LEFT)[5] = 0x200000df;
}

static void root_last(struct hv *h)
{
    root(h, RIGHT)[2047] = 0x200000df;
}

static void hypervisor(struct hv *h)
{
    root(h, LEFT)[511] = pte_leaf(HPA(h->boot.memory.load_hpa & ~(HYP_GIB - 1)), PTE_RWX | PTE_U);
}

static void neighbour(struct hv *h)
{
    *first_leaf(h, LEFT) = *first_leaf(h, RIGHT);
}

static void address(struct hv *h)
{
    *first_leaf(h, LEFT) += UINT64_C(512) << PTE_PPN_LO;
}

static void permission(struct hv *h)
{
    *first_leaf(h, RIGHT) &= ~PTE_X;
}

static void supervisor(struct hv *h)
{
    *first_leaf(h, RIGHT) &= ~PTE_U;
}

static void napot(struct hv *h)
{
    *first_leaf(h, RIGHT) |= PTE_N;
}

static void write_only(struct hv *h)
{
    root(h, LEFT)[7] = 0x200000d5;
}

static void table_elsewhere(struct hv *h)
{
    root(h, LEFT)[7] = 0x20000001;
}

static void table_of_right(struct hv *h)
{
    root(h, LEFT)[7] = root(h, RIGHT)[2];
}

static void circle(struct hv *h)
{
    root(h, LEFT)[7] = pte_table(h->vms.vm[LEFT]->gstage.table.root);
}

static void missing(struct hv *h)
{
    *first_leaf(h, RIGHT) = 0;
}

static void hgatp(struct hv *h)
{
    h->vms.vm[RIGHT]->vm.hgatp = h->vms.vm[LEFT]->vm.hgatp;
}

/* ---- The hypervisor's own space ---- */

/* Unmapped when all VMs are built. */
#define SPACE_VA UINT64_C(0xffffffc008000000)

static void map_space(struct hv *h, uint64_t hpa, uint64_t pages)
{
    struct hspace_mapping m = {.va = SPACE_VA,
                               .hpa = HPA(hpa),
                               .size = pages * HYP_PAGE_SIZE,
                               .perm = HSPACE_R | HSPACE_W};
    HYP_REQUIRE(hspace_map(&h->boot.memory.space, &m) == HYP_OK);
}

static uint64_t *space_leaf(const struct hv *h, uint64_t page)
{
    uint64_t *slot = entries(h, h->boot.memory.space.table.root) + ((SPACE_VA >> 30) & 511);
    slot = entries(h, pte_pa(*slot)) + ((SPACE_VA >> 21) & 511);
    return entries(h, pte_pa(*slot)) + page;
}

/* The last two of five pages that continue each other. */
static void space_guest(struct hv *h)
{
    map_space(h, h->boot.plan.mem_hpa[LEFT][0] - 3 * HYP_PAGE_SIZE, 5);
}

/* The first two. */
static void space_guest_end(struct hv *h)
{
    uint64_t size = h->build.config->vms[RIGHT].mem[0].size;
    map_space(h, h->boot.plan.mem_hpa[RIGHT][0] + size - 2 * HYP_PAGE_SIZE, 5);
}

static void space_write_exec(struct hv *h)
{
    map_space(h, 0x10000000, 4);
    for (uint64_t i = 1; i < 4; i++) {
        *space_leaf(h, i) |= PTE_X;
    }
}

static void space_reserved(struct hv *h)
{
    map_space(h, 0x10000000, 1);
    *space_leaf(h, 0) |= PTE_N;
}

static void none(struct hv *h)
{
    (void)h;
}

static const struct {
    const char *name;
    void (*seed)(struct hv *h);
} cases[] = {
    {"root_word", root_word},
    {"root_last", root_last},
    {"hypervisor", hypervisor},
    {"neighbour", neighbour},
    {"address", address},
    {"permission", permission},
    {"supervisor", supervisor},
    {"napot", napot},
    {"write_only", write_only},
    {"table_elsewhere", table_elsewhere},
    {"table_of_right", table_of_right},
    {"circle", circle},
    {"missing", missing},
    {"hgatp", hgatp},
    {"space_guest", space_guest},
    {"space_guest_end", space_guest_end},
    {"space_write_exec", space_write_exec},
    {"space_reserved", space_reserved},
    {"none", none},
};

void __wrap_hv_show_pool(struct hv *h)
{
    const char *args = h->boot.machine.bootargs;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        if (strncmp(args, KEY, strlen(KEY)) == 0 &&
            strcmp(args + strlen(KEY), cases[i].name) == 0) {
            cases[i].seed(h);
        }
    }
    __real_hv_show_pool(h);
}
