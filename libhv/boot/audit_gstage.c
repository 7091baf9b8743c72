/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit of each VM's G-stage, walked from the value for its hgatp, against the plan: the
 * configuration, where the machine has placed it, and the devices that are there.
 */
#include "libhv/boot/audit.h"

#include <hyp/mm/gstage.h>
#include <string.h>

#define NONE UINT64_MAX

static void add_wrong(struct hv_audit *a, uint64_t gpa, uint64_t count)
{
    a->wrong += count;
    a->first_wrong = count != 0 && gpa < a->first_wrong ? gpa : a->first_wrong;
}

static void expect(struct hv_audit *a, struct gstage_mapping m)
{
    const struct hv_memory *memory = &a->boot->memory;
    struct range pool = hv_memory_pool_range(memory);
    struct range hyp = {memory->load_hpa, pool.start + pool.size - memory->load_hpa};
    if (a->count == HV_AUDIT_EXPECTED_MAX || range_overlaps(hyp, (struct range){m.hpa.a, m.size})) {
        add_wrong(a, m.gpa.a, 1); /* A plan that gives the hypervisor away is no plan. */
        return;
    }
    a->expected[a->count++] = (struct hv_audit_expected){
        .gpa = m.gpa.a,
        .hpa = m.hpa.a,
        .size = m.size,
        .flags = m.perm | PTE_U | (a->boot->machine.svpbmt ? pte_pbmt(m.type) : 0),
    };
}

/*
 * Until the VM's harts have cleared it, memory that the guest may not write is writable: the last
 * of these harts restricts it before the guest's first instruction.
 */
static void expect_memory(struct hv_audit *a, uint32_t vm)
{
    const struct vm_config *c = &a->boot->build->config->vms[vm];
    for (uint32_t i = 0; i < c->mem_count; i++) {
        unsigned access = c->mem[i].access == 0 ? HYP_ACCESS_RWX : c->mem[i].access;
        expect(a, (struct gstage_mapping){.gpa = GPA(c->mem[i].gpa),
                                          .hpa = HPA(a->boot->plan.mem_hpa[vm][i]),
                                          .size = c->mem[i].size,
                                          .perm = access << 1 | GSTAGE_R | GSTAGE_W});
    }
}

static void expect_devices(struct hv_audit *a, uint32_t vm)
{
    const struct vm_config *c = &a->boot->build->config->vms[vm];
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct hyp_device *d = hv_device(a->boot->build, vm, i);
        if (strcmp(d->name, c->devices[i].name) != 0) {
            add_wrong(a, c->devices[i].gpa, 1); /* The build has written a wrong number. */
        } else if (machine_has_device(&a->boot->machine, d->hpa)) {
            expect(a, (struct gstage_mapping){.gpa = GPA(c->devices[i].gpa),
                                              .hpa = HPA(d->hpa),
                                              .size = d->size,
                                              .perm = GSTAGE_R | GSTAGE_W,
                                              .type = MEM_IO});
        }
    }
}

/* vCPU n runs on the n-th lowest of the VM's harts, and has that hart's guest interrupt file. */
static void expect_guest_files(struct hv_audit *a, uint32_t vm)
{
    const struct vm_irqc *c = &a->boot->build->config->vms[vm].irqc;
    uint64_t gpa = c->imsic_gpa;
    if (c->model != HYP_IRQC_IMSIC) {
        return;
    }
    for (uint64_t harts = a->boot->plan.harts[vm]; harts != 0; harts &= harts - 1) {
        uint64_t hpa = a->guest_file_hpa(a->ctx, bits_first(harts));
        if (hpa != UINT64_MAX) {
            expect(a, (struct gstage_mapping){.gpa = GPA(gpa),
                                              .hpa = HPA(hpa),
                                              .size = HYP_IMSIC_SIZE,
                                              .perm = GSTAGE_R | GSTAGE_W,
                                              .type = MEM_IO});
        }
        gpa += HYP_IMSIC_SIZE;
    }
}

/* Begins with the last answer: leaves and expected mappings are mostly in the same order. */
static struct hv_audit_expected *find(struct hv_audit *a, uint64_t gpa)
{
    for (uint32_t n = 0; n < a->count; n++) {
        struct hv_audit_expected *e = &a->expected[a->last];
        if (gpa - e->gpa < e->size) {
            return e;
        }
        a->last = a->last + 1 < a->count ? a->last + 1 : 0;
    }
    return 0;
}

/* How many leaves of `step` bytes from `gpa` on are as expected, the first being `pte`; or 0. */
static uint64_t right_leaves(struct hv_audit *a, uint64_t gpa, uint64_t pte, uint64_t step)
{
    struct hv_audit_expected *e = find(a, gpa);
    if (e == 0) {
        return 0;
    }
    uint64_t into = gpa - e->gpa;
    bool right = is_aligned(e->hpa + into, step) && pte == pte_leaf(HPA(e->hpa + into), e->flags);
    return right ? (e->size - into) / step : 0;
}

static enum hyp_status visit(void *context, const struct ptable_run *run)
{
    struct hv_audit *a = context;
    uint64_t step = ptable_leaf_size(run->level);
    uint64_t gpa = run->address;
    uint64_t pte = run->pte;
    a->leaves += run->count;
    for (uint64_t left = run->count; left != 0;) {
        uint64_t n = right_leaves(a, gpa, pte, step);
        if (n == 0) {
            add_wrong(a, gpa, 1);
            n = 1;
        } else {
            n = n < left ? n : left;
            find(a, gpa)->seen += n * step;
        }
        left -= n;
        gpa += n * step;
        pte += n * step >> HYP_PAGE_SHIFT << PTE_PPN_LO;
    }
    return HYP_OK;
}

/* The bits of hgatp besides the root's address: MODE and VMID. */
static uint64_t mode_and_vmid(const struct hv_boot *b, uint32_t vm)
{
    uint32_t bits = b->plan.gpa_bits[vm];
    uint64_t mode = bits <= 41 ? GSTAGE_SV39X4 : bits <= 50 ? GSTAGE_SV48X4 : GSTAGE_SV57X4;
    return mode << 16 | (vm + 1);
}

static uint64_t audit_vm(struct hv_audit *a, uint32_t vm)
{
    const struct hv_boot *b = a->boot;
    const char *name = b->build->config->vms[vm].name;
    uint64_t hgatp = a->hgatp[vm];
    a->count = 0;
    a->last = 0;
    a->leaves = 0;
    a->wrong = 0;
    a->first_wrong = NONE;
    expect_memory(a, vm);
    expect_devices(a, vm);
    expect_guest_files(a, vm);
    bool walked = hgatp >> HGATP_PPN_WIDTH == mode_and_vmid(b, vm) &&
                  gstage_for_each_run(&b->memory.phys, hgatp, visit, a) == HYP_OK;
    add_wrong(a, 0, walked ? 0 : 1);
    for (uint32_t i = 0; i < a->count; i++) {
        add_wrong(a, a->expected[i].gpa, a->expected[i].seen == a->expected[i].size ? 0 : 1);
    }
    log_line(b->log, "vm=%s gstage_leaves=%lu gstage_wrong=%lu", name, a->leaves, a->wrong);
    if (a->wrong != 0) {
        log_line(b->log, "vm=%s gstage_wrong_gpa=0x%lx", name, a->first_wrong);
    }
    return a->wrong;
}

bool hv_audit_gstages(struct hv_audit *a)
{
    uint64_t wrong = 0;
    for (uint32_t i = 0; i < a->boot->build->config->vm_count; i++) {
        wrong += a->hgatp[i] != 0 ? audit_vm(a, i) : 0;
    }
    return wrong == 0;
}
