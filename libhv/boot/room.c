/* SPDX-License-Identifier: Apache-2.0 */
/* Is the memory of the image, and what the pool is to be, the hypervisor's alone? */
#include "libhv/boot/boot.h"

struct reason {
    const char *why;
    const char *with; /* A name for the range. */
};

static const struct reason reasons[] = {
    [MACHINE_CLASH_NO_RAM] = {"outside-memory", "memory"},
    [MACHINE_CLASH_RESERVED] = {"in-reserved-memory", "reserved"},
    [MACHINE_CLASH_INITRD] = {"over-initrd", "initrd"},
};

static const struct reason over_tree = {"over-device-tree", "device-tree"};
static const struct reason closed = {"inaccessible", "page"};

static struct hv_clash clash_of(const char *name, struct range own, const struct reason *r,
                                struct range with)
{
    return (struct hv_clash){
        .name = name, .own = own, .why = r->why, .with_name = r->with, .with = with};
}

static struct hv_clash find_clash(struct hv_boot *b, const char *name, struct range own,
                                  bool written)
{
    struct range with;
    enum machine_clash clash = machine_find_clash(&b->machine, own, &with);
    if (clash != MACHINE_CLASH_NONE) {
        return clash_of(name, own, &reasons[clash], with);
    }
    if (range_overlaps(own, b->memory.fdt_pa)) {
        return clash_of(name, own, &over_tree, b->memory.fdt_pa);
    }
    with = (struct range){hv_memory_find_closed(&b->memory, own, written), HYP_PAGE_SIZE};
    if (with.start != UINT64_MAX) {
        return clash_of(name, own, &closed, with);
    }
    return (struct hv_clash){.name = 0};
}

struct hv_clash hv_boot_find_clash(struct hv_boot *b)
{
    struct range pool = hv_memory_pool_range(&b->memory);
    struct range image = {b->memory.load_hpa, pool.start - b->memory.load_hpa};
    struct hv_clash clash = find_clash(b, "image", image, false);
    return clash.name != 0 ? clash : find_clash(b, "pool", pool, true);
}
