/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Audits each VM's G-stage, from its hgatp value on, against the plan: the configuration, the host
 * memory that boot has chosen, and the devices that the machine has.
 */
#include "libhv/boot/audit.h"

#include <hyp/mm/gstage.h>
#include <string.h>

#define NONE UINT64_MAX

static void add_wrong(struct hv_audit *audit, uint64_t gpa, uint64_t count)
{
    audit->wrong += count;
    audit->first_wrong = count != 0 && gpa < audit->first_wrong ? gpa : audit->first_wrong;
}

static void expect(struct hv_audit *audit, struct gstage_mapping mapping)
{
    const struct hv_memory *memory = &audit->boot->memory;
    struct range pool = hv_memory_pool_range(memory);
    struct range hyp = {memory->load_hpa, pool.start + pool.size - memory->load_hpa};
    if (audit->count == HV_AUDIT_EXPECTED_MAX ||
        range_overlaps(hyp, (struct range){mapping.hpa.a, mapping.size})) {
        add_wrong(audit, mapping.gpa.a, 1); /* No VM may get the hypervisor's memory. */
        return;
    }
    audit->expected[audit->count++] = (struct hv_audit_expected){
        .gpa = mapping.gpa.a,
        .hpa = mapping.hpa.a,
        .size = mapping.size,
        .flags = mapping.perm | PTE_U | (audit->boot->machine.svpbmt ? pte_pbmt(mapping.type) : 0),
    };
}

/*
 * Memory that the guest may not write is writable until the VM's harts have cleared it: the last of
 * these harts restricts it before the guest's first instruction.
 */
static void expect_memory(struct hv_audit *audit, uint32_t vm)
{
    const struct vm_config *config = &audit->boot->build->config->vms[vm];
    for (uint32_t i = 0; i < config->mem_count; i++) {
        unsigned access = config->mem[i].access == 0 ? HYP_ACCESS_RWX : config->mem[i].access;
        expect(audit, (struct gstage_mapping){.gpa = GPA(config->mem[i].gpa),
                                              .hpa = HPA(audit->boot->plan.mem_hpa[vm][i]),
                                              .size = config->mem[i].size,
                                              .perm = access << 1 | GSTAGE_R | GSTAGE_W});
    }
}

static void expect_devices(struct hv_audit *audit, uint32_t vm)
{
    const struct vm_config *config = &audit->boot->build->config->vms[vm];
    for (uint32_t i = 0; i < config->device_count; i++) {
        const struct hyp_device *device = hv_device(audit->boot->build, vm, i);
        if (strcmp(device->name, config->devices[i].name) != 0) {
            add_wrong(audit, config->devices[i].gpa, 1); /* The build has written a wrong number. */
        } else if (machine_has_device(&audit->boot->machine, device->hpa)) {
            expect(audit, (struct gstage_mapping){.gpa = GPA(config->devices[i].gpa),
                                                  .hpa = HPA(device->hpa),
                                                  .size = device->size,
                                                  .perm = GSTAGE_R | GSTAGE_W,
                                                  .type = MEM_IO});
        }
    }
}

/* vCPU n runs on the n-th lowest of the VM's harts, and has that hart's guest interrupt file. */
static void expect_guest_files(struct hv_audit *audit, uint32_t vm)
{
    const struct vm_irqc *irqc = &audit->boot->build->config->vms[vm].irqc;
    uint64_t gpa = irqc->imsic_gpa;
    if (irqc->model != HYP_IRQC_IMSIC) {
        return;
    }
    for (uint64_t harts = audit->boot->plan.harts[vm]; harts != 0; harts &= harts - 1) {
        uint64_t hpa = audit->guest_file_hpa(audit->ctx, bits_first(harts));
        if (hpa != UINT64_MAX) {
            expect(audit, (struct gstage_mapping){.gpa = GPA(gpa),
                                                  .hpa = HPA(hpa),
                                                  .size = HYP_IMSIC_SIZE,
                                                  .perm = GSTAGE_R | GSTAGE_W,
                                                  .type = MEM_IO});
        }
        gpa += HYP_IMSIC_SIZE;
    }
}

/* Begins with the last result: leaves and expected mappings are mostly in the same order. */
static struct hv_audit_expected *find(struct hv_audit *audit, uint64_t gpa)
{
    for (uint32_t n = 0; n < audit->count; n++) {
        struct hv_audit_expected *entry = &audit->expected[audit->last];
        if (gpa - entry->gpa < entry->size) {
            return entry;
        }
        audit->last = audit->last + 1 < audit->count ? audit->last + 1 : 0;
    }
    return NULL;
}

/* Counts leaves of `step` bytes from `gpa` on, the first being `pte`, that are as expected. */
static uint64_t right_leaves(struct hv_audit *audit, uint64_t gpa, uint64_t pte, uint64_t step)
{
    struct hv_audit_expected *entry = find(audit, gpa);
    if (entry == NULL) {
        return 0;
    }
    uint64_t into = gpa - entry->gpa;
    bool right = is_aligned(entry->hpa + into, step) &&
                 pte == pte_leaf(HPA(entry->hpa + into), entry->flags);
    return right ? (entry->size - into) / step : 0;
}

static enum hyp_status visit(void *context, const struct ptable_run *run)
{
    struct hv_audit *audit = context;
    uint64_t step = ptable_leaf_size(run->level);
    uint64_t gpa = run->address;
    uint64_t pte = run->pte;
    audit->leaves += run->count;
    for (uint64_t left = run->count; left != 0;) {
        uint64_t n = right_leaves(audit, gpa, pte, step);
        if (n == 0) {
            add_wrong(audit, gpa, 1);
            n = 1;
        } else {
            n = n < left ? n : left;
            find(audit, gpa)->seen += n * step;
        }
        left -= n;
        gpa += n * step;
        pte += n * step >> HYP_PAGE_SHIFT << PTE_PPN_LO;
    }
    return HYP_OK;
}

/* Expected MODE and VMID, hgatp's bits above the root's page number. */
static uint64_t mode_and_vmid(const struct hv_boot *boot, uint32_t vm)
{
    uint32_t bits = boot->plan.gpa_bits[vm];
    uint64_t mode = bits <= 41 ? GSTAGE_SV39X4 : bits <= 50 ? GSTAGE_SV48X4 : GSTAGE_SV57X4;
    return mode << 16 | (vm + 1);
}

static uint64_t audit_vm(struct hv_audit *audit, uint32_t vm)
{
    const struct hv_boot *boot = audit->boot;
    const char *name = boot->build->config->vms[vm].name;
    uint64_t hgatp = audit->hgatp[vm];
    audit->count = 0;
    audit->last = 0;
    audit->leaves = 0;
    audit->wrong = 0;
    audit->first_wrong = NONE;
    expect_memory(audit, vm);
    expect_devices(audit, vm);
    expect_guest_files(audit, vm);
    bool walked = hgatp >> HGATP_PPN_WIDTH == mode_and_vmid(boot, vm) &&
                  gstage_for_each_run(&boot->memory.phys, hgatp, visit, audit) == HYP_OK;
    add_wrong(audit, 0, walked ? 0 : 1);
    for (uint32_t i = 0; i < audit->count; i++) {
        add_wrong(audit, audit->expected[i].gpa,
                  audit->expected[i].seen == audit->expected[i].size ? 0 : 1);
    }
    log_line(boot->log, "vm=%s gstage_leaves=%lu gstage_wrong=%lu", name, audit->leaves,
             audit->wrong);
    if (audit->wrong != 0) {
        log_line(boot->log, "vm=%s gstage_wrong_gpa=0x%lx", name, audit->first_wrong);
    }
    return audit->wrong;
}

bool hv_audit_gstages(struct hv_audit *audit)
{
    uint64_t wrong = 0;
    for (uint32_t i = 0; i < audit->boot->build->config->vm_count; i++) {
        wrong += audit->hgatp[i] != 0 ? audit_vm(audit, i) : 0;
    }
    return wrong == 0;
}
