/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the memory that the image lies in and the pool comes to lie in the hypervisor's alone? Asked
 * before the first store into the pool, so what is said here goes out by the firmware's console.
 */
#include "hyp.h"

#include <hyp/arch/dtree.h>

struct refusal {
    const char *why;
    const char *with; /* A name for `range`. */
};

static const struct refusal refusals[] = {
    [MACHINE_CLASH_NO_RAM] = {"outside-memory", "memory"},
    [MACHINE_CLASH_RESERVED] = {"in-reserved-memory", "reserved"},
    [MACHINE_CLASH_INITRD] = {"over-initrd", "initrd"},
};

static const struct refusal over_tree = {"over-device-tree", "device-tree"};
static const struct refusal closed = {"inaccessible", "page"};

static void refuse(struct hyp *h, const char *name, struct range own, const struct refusal *r,
                   struct range with)
{
    hyp_init_boot_console(h);
    log_line(&h->log, "machine=refused reason=%s-%s %s=0x%lx+0x%lx %s=0x%lx+0x%lx", name, r->why,
             name, own.start, own.size, r->with, with.start, with.size);
    hyp_end_machine(h, true);
}

static void require(struct hyp *h, const char *name, struct range own, bool written)
{
    struct range with;
    enum machine_clash clash = machine_find_clash(&h->machine, own, &with);
    if (clash != MACHINE_CLASH_NONE) {
        refuse(h, name, own, &refusals[clash], with);
    }
    if (range_overlaps(own, h->fdt_pa)) {
        refuse(h, name, own, &over_tree, h->fdt_pa);
    }
    with = (struct range){hyp_find_closed_page(own, written), HYP_PAGE_SIZE};
    if (with.start != UINT64_MAX) {
        refuse(h, name, own, &closed, with);
    }
}

void hyp_require_room(struct hyp *h)
{
    struct range pool = hyp_pool_range(h);
    struct range image = {h->load_hpa, pool.start - h->load_hpa};
    require(h, "image", image, false);
    require(h, "pool", pool, true);
}
