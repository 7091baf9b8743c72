/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the machine's device tree, erases it, and logs the machine. */
#include "libhv/boot/boot.h"

#include <hyp/arch/dtree.h>
#include <hyp/arch/hart.h>
#include <hyp/arch/mem_erase.h>
#include <hyp/console/format.h>

enum hyp_status hv_boot_read_machine(struct hv_boot *boot, uint64_t fdt_hpa)
{
    boot->fdt = hv_memory_map_fdt(&boot->memory, fdt_hpa);
    return boot->fdt == NULL ? HYP_E_FAULT
                             : machine_read(&boot->machine, boot->fdt, HV_BOOT_FDT_SIZE);
}

const char *hv_boot_refusal_reason(enum hyp_status found)
{
    return found == HYP_E_FAULT    ? "device-tree-inaccessible"
           : found == HYP_E_FORMAT ? "device-tree-malformed"
           : found == HYP_E_ABSENT ? "no-hart-or-timebase"
                                   : "no-h-extension";
}

/*
 * The tree has the boot arguments of all VMs and the machine's seed. If a file was loaded to the
 * same memory, its bytes there were lost before: the tree was intact when it was read.
 */
void hv_boot_erase_fdt(struct hv_boot *boot)
{
    struct range *pa = &boot->memory.fdt_pa;
    struct dtree tree;
    if (dtree_open(&tree, boot->fdt, HV_BOOT_FDT_SIZE) == HYP_OK) {
        pa->size = tree.size;
        if (!mem_erase((void *)(uintptr_t)boot->fdt, tree.size)) {
            machine_reserve(&boot->machine, pa->start, tree.size);
        }
    }
    boot->fdt = NULL;
}

static bool has(const struct machine *machine, enum guest_isa ext)
{
    return (machine->all.isa & BIT(ext)) != 0;
}

/* Logs harts without H, which no VM gets. */
static void show_without_h(const struct hv_boot *boot)
{
    const struct machine *machine = &boot->machine;
    char ids[LOG_LINE_MAX];
    size_t n = 0;
    for (uint32_t i = 0; i < machine->without_h_count && i < MACHINE_WITHOUT_H; i++) {
        n += format_buf(ids + n, sizeof(ids) - n, i == 0 ? "%lu" : ",%lu", machine->without_h[i]);
    }
    if (n != 0) {
        log_line(boot->log, "harts_without_h=%u ids=%s%s", machine->without_h_count, ids,
                 machine->without_h_count > MACHINE_WITHOUT_H ? ",..." : "");
    }
}

/* Logs parts of the tree for which struct machine has no room. */
static void show_left_out(const struct hv_boot *boot)
{
    const struct machine *machine = &boot->machine;
    if ((machine->harts_left_out | machine->mem_left_out | machine->reserved_merged |
         machine->bootargs_left_out | machine->devices_left_out) != 0) {
        log_line(boot->log,
                 "left_out harts=%u mem_ranges=%u bootargs=%u devices=%u reserved_merged=%u",
                 machine->harts_left_out, machine->mem_left_out, machine->bootargs_left_out,
                 machine->devices_left_out, machine->reserved_merged);
    }
}

void hv_boot_show_machine(const struct hv_boot *boot)
{
    const struct machine *machine = &boot->machine;
    char build_id[2 * HYP_BUILD_ID_SIZE + 1];
    for (size_t i = 0; i < HYP_BUILD_ID_SIZE; i++) {
        (void)format_buf(build_id + 2 * i, 3, "%02x", boot->build->image->build_id[i]);
    }
    log_line(boot->log, "build=%s config=%s harts=%u timebase_hz=%u build_id=%s", hyp_build_name,
             boot->build->config->name, machine->hart_count, machine->timebase_hz, build_id);
    log_line(boot->log, "sstc=%u svpbmt=%u gpa_bits=%u irq_sources=%u load=0x%lx",
             has(machine, GUEST_ISA_SSTC), machine->svpbmt, machine->gpa_bits,
             machine->source_count, boot->memory.load_hpa);
    log_line(boot->log, "svnapot=%u svadu=%u zicbom=%u zicboz=%u stateen=%u vector=%u vmid_bits=%u",
             has(machine, GUEST_ISA_SVNAPOT), has(machine, GUEST_ISA_SVADU),
             has(machine, GUEST_ISA_ZICBOM), has(machine, GUEST_ISA_ZICBOZ), machine->stateen,
             has(machine, GUEST_ISA_V), machine->vmid_bits);
    show_without_h(boot);
    if (machine->seed.size == 0) {
        log_line(boot->log, "seed=none vms_rng_seed=none vms_kaslr_seed=none");
    }
    show_left_out(boot);
}

/* One hart boots. */
void hv_boot_show_pool(const struct hv_boot *boot) NO_THREAD_SAFETY_ANALYSIS
{
    const struct page_pool *pool = &boot->memory.pool;
    uint64_t pages = boot->memory.pool_size / HYP_PAGE_SIZE;
    log_line(boot->log, "pool_used_kib=%lu pool_peak_kib=%lu pool_need_kib=%lu pool_kib=%lu",
             (pages - pool->free_count) * 4, (pages - pool->free_low) * 4,
             boot->plan.pool_need / HYP_KIB, boot->memory.pool_size / HYP_KIB);
}
