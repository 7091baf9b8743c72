/* SPDX-License-Identifier: Apache-2.0 */
/* The machine: read from its device tree, which is erased then; and the lines about it. */
#include "libhv/boot/boot.h"

#include <hyp/arch/dtree.h>
#include <hyp/arch/hart.h>
#include <hyp/arch/mem_erase.h>
#include <hyp/console/format.h>

enum hyp_status hv_boot_read_machine(struct hv_boot *b, uint64_t fdt_hpa)
{
    b->fdt = hv_memory_map_fdt(&b->memory, fdt_hpa);
    return b->fdt == 0 ? HYP_E_FAULT : machine_read(&b->machine, b->fdt, HV_BOOT_FDT_SIZE);
}

const char *hv_boot_refusal(enum hyp_status found)
{
    return found == HYP_E_FAULT    ? "device-tree-inaccessible"
           : found == HYP_E_FORMAT ? "device-tree-malformed"
           : found == HYP_E_ABSENT ? "no-hart-or-timebase"
                                   : "no-h-extension";
}

/*
 * The tree tells the boot arguments of all VMs, and the machine's seed. A file that something has
 * loaded over it has lost these bytes already: the tree was whole when it was read.
 */
void hv_boot_erase_fdt(struct hv_boot *b)
{
    struct range *pa = &b->memory.fdt_pa;
    struct dtree tree;
    if (dtree_open(&tree, b->fdt, HV_BOOT_FDT_SIZE) == HYP_OK) {
        pa->size = tree.size;
        if (!mem_erase((void *)(uintptr_t)b->fdt, tree.size)) {
            machine_reserve(&b->machine, pa->start, tree.size);
        }
    }
    b->fdt = 0;
}

static bool has(const struct machine *m, enum guest_isa ext)
{
    return (m->all.isa & BIT(ext)) != 0;
}

/* No VM gets these harts. */
static void show_without_h(const struct hv_boot *b)
{
    const struct machine *m = &b->machine;
    char ids[LOG_LINE_MAX];
    size_t n = 0;
    for (uint32_t i = 0; i < m->without_h_count && i < MACHINE_WITHOUT_H; i++) {
        n += format_buf(ids + n, sizeof(ids) - n, i == 0 ? "%lu" : ",%lu", m->without_h[i]);
    }
    if (n != 0) {
        log_line(b->log, "harts_without_h=%u ids=%s%s", m->without_h_count, ids,
                 m->without_h_count > MACHINE_WITHOUT_H ? ",..." : "");
    }
}

/* Says what is left out for lack of room. */
static void show_left_out(const struct hv_boot *b)
{
    const struct machine *m = &b->machine;
    if ((m->harts_left_out | m->mem_left_out | m->reserved_merged | m->bootargs_left_out |
         m->devices_left_out) != 0) {
        log_line(b->log,
                 "left_out harts=%u mem_ranges=%u bootargs=%u devices=%u reserved_merged=%u",
                 m->harts_left_out, m->mem_left_out, m->bootargs_left_out, m->devices_left_out,
                 m->reserved_merged);
    }
}

void hv_boot_show_machine(const struct hv_boot *b)
{
    const struct machine *m = &b->machine;
    log_line(b->log, "build=%s config=%s harts=%u timebase_hz=%u", hyp_build_id,
             b->build->config->name, m->hart_count, m->timebase_hz);
    log_line(b->log, "sstc=%u svpbmt=%u gpa_bits=%u irq_sources=%u load=0x%lx",
             has(m, GUEST_ISA_SSTC), m->svpbmt, m->gpa_bits, m->source_count, b->memory.load_hpa);
    log_line(b->log, "svnapot=%u svadu=%u zicbom=%u zicboz=%u stateen=%u vector=%u vmid_bits=%u",
             has(m, GUEST_ISA_SVNAPOT), has(m, GUEST_ISA_SVADU), has(m, GUEST_ISA_ZICBOM),
             has(m, GUEST_ISA_ZICBOZ), m->stateen, has(m, GUEST_ISA_V), m->vmid_bits);
    show_without_h(b);
    if (m->seed.size == 0) {
        log_line(b->log, "seed=none vms_rng_seed=none vms_kaslr_seed=none");
    }
    show_left_out(b);
}

void hv_boot_show_pool(const struct hv_boot *b)
{
    const struct page_pool *pool = &b->memory.pool;
    uint64_t pages = b->memory.pool_size / HYP_PAGE_SIZE;
    log_line(b->log, "pool_used_kib=%lu pool_peak_kib=%lu pool_need_kib=%lu pool_kib=%lu",
             (pages - pool->free_count) * 4, (pages - pool->free_low) * 4,
             b->plan.pool_need / HYP_KIB, b->memory.pool_size / HYP_KIB);
}
