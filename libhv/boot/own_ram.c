/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that image and pool lie in RAM that neither firmware nor a file uses. */
#include "libhv/boot/boot.h"

struct reason {
    const char *why;
    const char *with; /* Name of the range for the log. */
};

static const struct reason reasons[] = {
    [MACHINE_CLASH_NO_RAM] = {"outside-memory", "memory"},
    [MACHINE_CLASH_RESERVED] = {"in-reserved-memory", "reserved"},
    [MACHINE_CLASH_INITRD] = {"over-initrd", "initrd"},
};

static const struct reason over_tree = {"over-device-tree", "device-tree"};
static const struct reason inaccessible = {"inaccessible", "page"};

static struct hv_ram_conflict conflict_of(const char *name, struct range own,
                                          const struct reason *reason, struct range with)
{
    return (struct hv_ram_conflict){
        .name = name, .own = own, .why = reason->why, .with_name = reason->with, .with = with};
}

static struct hv_ram_conflict find_conflict(struct hv_boot *boot, const char *name,
                                            struct range own, bool written)
{
    struct range with;
    enum machine_clash clash = machine_find_clash(&boot->machine, own, &with);
    if (clash != MACHINE_CLASH_NONE) {
        return conflict_of(name, own, &reasons[clash], with);
    }
    if (range_overlaps(own, boot->memory.fdt_pa)) {
        return conflict_of(name, own, &over_tree, boot->memory.fdt_pa);
    }
    with = (struct range){hv_memory_find_inaccessible(&boot->memory, own, written), HYP_PAGE_SIZE};
    if (with.start != UINT64_MAX) {
        return conflict_of(name, own, &inaccessible, with);
    }
    return (struct hv_ram_conflict){.name = NULL};
}

struct hv_ram_conflict hv_boot_find_ram_conflict(struct hv_boot *boot)
{
    struct range pool = hv_memory_pool_range(&boot->memory);
    struct range image = {boot->memory.load_hpa, pool.start - boot->memory.load_hpa};
    struct hv_ram_conflict conflict = find_conflict(boot, "image", image, false);
    return conflict.name != NULL ? conflict : find_conflict(boot, "pool", pool, true);
}
