/* SPDX-License-Identifier: Apache-2.0 */
/* One VM: its memory, its vCPUs, its devices, its files. What fails here fails that VM alone. */
#include "hyp.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/guest_mem.h>
#include <hyp/arch/sbi_call.h>
#include <string.h>

_Static_assert(sizeof(struct vcpu) <= FOOTPRINT_PER_VCPU, "footprint.h");
_Static_assert(sizeof(struct host_vm) <= HYP_PAGE_SIZE &&
                   VM_VCPU_MAX * sizeof(struct vcpu *) <= FOOTPRINT_PER_VM - HYP_PAGE_SIZE,
               "footprint.h");

/* config_fit() has made sure that the machine has this mode. */
static enum gstage_mode mode_of_bits(uint32_t gpa_bits)
{
    return gpa_bits <= 41 ? GSTAGE_SV39X4 : gpa_bits <= 50 ? GSTAGE_SV48X4 : GSTAGE_SV57X4;
}

static enum hyp_status map_region(const struct hyp *h, struct host_vm *hv, uint32_t i,
                                  unsigned perm)
{
    const struct vm_mem *mem = &hv->vm.config->mem[i];
    struct gstage_mapping m = {
        .gpa = GPA(mem->gpa),
        .hpa = HPA(h->plan.mem_hpa[hv->vm.index][i]),
        .size = mem->size,
        .perm = perm,
    };
    return gstage_map_range(&hv->gstage, &m);
}

#define FILL_PERM (GSTAGE_R | GSTAGE_W)

/* R, W, X are bits 1, 2, 3 of a PTE. */
static unsigned perm_of(const struct vm_mem *mem)
{
    return (unsigned)(mem->access == 0 ? HYP_ACCESS_RWX : mem->access) << 1;
}

/* Memory that the guest may not write is writable at first: it is filled through this table. */
static enum hyp_status map_memory(struct hyp *h, struct host_vm *hv)
{
    for (uint32_t i = 0; i < hv->vm.config->mem_count; i++) {
        HYP_TRY(map_region(h, hv, i, perm_of(&hv->vm.config->mem[i]) | FILL_PERM));
    }
    return HYP_OK;
}

/* All of it is filled and cleared: what the guest may not write is no longer writable. */
static enum hyp_status restrict_memory(struct vm *vm)
{
    struct hyp *h = hyp_of(vm->env);
    struct host_vm *hv = (struct host_vm *)vm;
    for (uint32_t i = 0; i < vm->config->mem_count; i++) {
        const struct vm_mem *mem = &vm->config->mem[i];
        if ((perm_of(mem) & FILL_PERM) != FILL_PERM) {
            /* No table is taken: those that it had are still there. */
            HYP_TRY(gstage_unmap_range(&hv->gstage, GPA(mem->gpa), mem->size));
            HYP_TRY(map_region(h, hv, i, perm_of(mem)));
        }
    }
    return HYP_OK;
}

static enum hyp_status map_devices(struct hyp *h, struct host_vm *hv)
{
    const struct vm_config *c = hv->vm.config;
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct hyp_device *d = hyp_device(hv->vm.index, i);
        if (!machine_has_device(&h->machine, d->hpa)) {
            log_line(&h->log, "vm=%s device=%s state=absent", c->name, d->name);
            continue;
        }
        struct gstage_mapping m = {
            .gpa = GPA(c->devices[i].gpa),
            .hpa = HPA(d->hpa),
            .size = d->size,
            .perm = GSTAGE_R | GSTAGE_W,
            .type = MEM_IO,
        };
        HYP_TRY(gstage_map_range(&hv->gstage, &m));
        for (uint32_t n = 0; n < ARRAY_COUNT(d->irq) && d->irq[n] != 0; n++) {
            h->source_owner[d->irq[n]] = (uint8_t)(hv->vm.index + 1);
        }
    }
    return HYP_OK;
}

static enum hyp_status make_vcpus(struct hyp *h, struct host_vm *hv)
{
    struct vm *vm = &hv->vm;
    uint64_t harts = h->plan.harts[vm->index];
    vm->vcpus = hyp_alloc(h, vm->config->vcpu_count * sizeof(struct vcpu *));
    if (vm->vcpus == 0) {
        return HYP_E_NOMEM;
    }
    for (uint32_t i = 0; i < h->machine.hart_count; i++) {
        if ((harts & BIT(i)) == 0) {
            continue;
        }
        struct vcpu *v = hyp_alloc(h, sizeof(*v));
        if (v == 0) {
            return HYP_E_NOMEM;
        }
        v->vm = vm;
        v->id = vm->vcpu_count;
        v->hart_index = i;
        v->hsm_state = SBI_HSM_STOPPED;
        v->timer = UINT64_MAX;
        vm->vcpus[vm->vcpu_count++] = v;
    }
    vm->vcpus[0]->hsm_state = SBI_HSM_START_PENDING;
    vm->vcpus[0]->start_pc = vm->config->entry;
    vm->vcpus[0]->start_opaque = vm->config->dtb_gpa;
    vm->running = vm->vcpu_count;
    return HYP_OK;
}

/* ---- Console --------------------------------------------------------------------------------- */

void hyp_kick_console(void *ctx)
{
    struct hyp *h = ctx;
    if (hart_self()->index == h->console_hart) {
        csr_set(CSR_SIP, BIT(IRQ_S_SOFT));
    } else {
        h->env.send_ipi(&h->env, h->console_hart);
    }
}

/* ---- Files ----------------------------------------------------------------------------------- */

static enum hyp_status copy_blob(struct hyp *h, const struct vm_blob *b)
{
    if (b->name == 0 || b->load) {
        return HYP_OK;
    }
    for (uint32_t i = 0; i < hyp_blob_count; i++) {
        const struct hyp_blob *blob = &hyp_blobs[i];
        if (strcmp(blob->name, b->name) == 0) {
            const void *from = hyp_map_blob(h, blob);
            if (from == 0) {
                return HYP_E_NOMEM;
            }
            enum hyp_status status = guest_mem_write(GPA(b->gpa), from, blob->size);
            hyp_unmap_blob(h, blob);
            return status;
        }
    }
    return HYP_E_ABSENT;
}

const char *hyp_option(const struct hyp *h, const char *vm, const char *key, size_t *length)
{
    const char *s = h->machine.bootargs;
    size_t n = strlen(vm);
    size_t k = strlen(key);
    while (*s != 0) {
        bool quoted = false;
        size_t end = 0;
        for (; s[end] != 0 && (quoted || s[end] != ' '); end++) {
            quoted = quoted != (s[end] == '"');
        }
        if (end > n + k + 1 && memcmp(s, vm, n) == 0 && s[n] == '.' &&
            memcmp(s + n + 1, key, k) == 0 && s[n + 1 + k] == '=') {
            const char *value = s + n + k + 2;
            *length = end - (n + k + 2);
            bool has_quotes = *length >= 2 && value[0] == '"' && value[*length - 1] == '"';
            *length -= has_quotes ? 2 : 0;
            return has_quotes ? value + 1 : value;
        }
        s += end + (s[end] == ' ' ? 1 : 0);
    }
    return 0;
}

/* Bit i: the machine lacks this VM's device i. */
static uint64_t absent_devices(const struct hyp *h, const struct vm *vm)
{
    uint64_t absent = 0;
    for (uint32_t i = 0; i < vm->config->device_count; i++) {
        if (!machine_has_device(&h->machine, hyp_device(vm->index, i)->hpa)) {
            absent |= BIT(i);
        }
    }
    return absent;
}

/* Bit n: no interrupt of the VM's devices reaches the hart of vCPU n. */
static uint64_t vcpus_without_context(const struct hyp *h, const struct vm *vm)
{
    uint64_t vcpus = 0;
    for (uint32_t n = 0; n < vm->vcpu_count; n++) {
        bool lacks = (h->plan.no_context[vm->index] & BIT(vm->vcpus[n]->hart_index)) != 0;
        vcpus |= lacks ? BIT(n) : 0;
    }
    return vcpus;
}

/* NULL: the machine has no seed. */
static const struct guest_seed *draw_seed(struct hyp *h, uint32_t vm, struct guest_seed *seed)
{
    if (h->machine.seed.size == 0) {
        return 0;
    }
    guest_seed_draw(&h->machine.seed, vm, csr_read(CSR_TIME), seed);
    return seed;
}

static enum hyp_status make_dtb(struct hyp *h, struct host_vm *hv)
{
    const struct vm_config *c = hv->vm.config;
    const struct hyp_dtb *dtb = &h->dtbs[hv->vm.index];
    const struct machine_grant *has = &hv->has;
    char args[CONFIG_BOOTARGS_SIZE];
    struct guest_seed seed;
    if (dtb->size == 0 || c->dtb_gpa == 0) {
        return HYP_OK;
    }
    unsigned order = 0;
    while ((HYP_PAGE_SIZE << order) < dtb->size) {
        order++;
    }
    hpa_t pa;
    HYP_TRY(page_pool_alloc(&h->pool, order, &pa));
    void *fdt = phys_to_ptr(&h->phys, pa, dtb->size);
    memcpy(fdt, dtb->data, dtb->size);
    size_t length = 0;
    const char *append = hyp_option(h, c->name, "append", &length);
    if (append != 0 && length < sizeof(args)) {
        memcpy(args, append, length);
        args[length] = 0;
    }
    struct guest_dt_facts facts = {
        .device_absent = absent_devices(h, &hv->vm),
        .vcpu_present = hv->vm.vcpu_count == 64 ? UINT64_MAX : BIT(hv->vm.vcpu_count) - 1,
        .no_context = vcpus_without_context(h, &hv->vm),
        .isa = has->isa,
        .mmu = (enum guest_mmu)has->mmu,
        .cbom_block = (has->isa & BIT(GUEST_ISA_ZICBOM)) != 0 ? has->block[0] : 0,
        .cbop_block = (has->isa & BIT(GUEST_ISA_ZICBOP)) != 0 ? has->block[1] : 0,
        .cboz_block = (has->isa & BIT(GUEST_ISA_ZICBOZ)) != 0 ? has->block[2] : 0,
        .timebase_hz = h->machine.timebase_hz,
        .initrd_end = hv->initrd.size == 0 ? 0 : c->initrd.gpa + hv->initrd.size,
        .imsic_ids = h->imsic_ids,
        .bootargs = append != 0 && length < sizeof(args) ? args : 0,
        .seed = draw_seed(h, hv->vm.index, &seed),
    };
    enum hyp_status status = guest_dt_narrow(fdt, dtb->places, &facts);
    if (status == HYP_OK) {
        status = guest_mem_write(GPA(c->dtb_gpa), fdt, dtb->size);
    }
    /* The guest alone has its seeds: the page goes back to the pool without them. */
    memset((uint8_t *)fdt + (size_t)dtb->places->rng_seed * 4, 0, GUEST_DT_SECRET_SIZE);
    memset(&seed, 0, sizeof(seed));
    HYP_TRY(page_pool_free(&h->pool, pa, order));
    return status;
}

/* Through the VM's own table, as the guest will see it. */
static enum hyp_status fill_memory(struct hyp *h, struct host_vm *hv)
{
    const struct vm_config *c = hv->vm.config;
    csr_write(CSR_HGATP, hv->vm.hgatp);
    fence_hfence_gvma_all();
    enum hyp_status status = copy_blob(h, &c->kernel);
    if (status == HYP_OK) {
        status = copy_blob(h, &c->initrd);
    }
    if (status == HYP_OK) {
        status = hyp_check_files(h, hv);
    }
    if (status == HYP_OK) {
        status = make_dtb(h, hv);
    }
    if (status == HYP_OK) {
        status = hyp_init_scrub(h, hv);
    }
    csr_write(CSR_HGATP, 0);
    fence_hfence_gvma_all();
    return status;
}

enum hyp_status hyp_build_vm(struct hyp *h, uint32_t index)
{
    struct host_vm *hv = hyp_alloc(h, sizeof(*hv));
    struct gstage_config config = {
        .pool = &h->pool,
        .mode = mode_of_bits(h->plan.gpa_bits[index]),
        .vmid = index + 1,
        .svpbmt = h->machine.svpbmt,
    };
    if (hv == 0) {
        return HYP_E_NOMEM;
    }
    h->vms[index] = hv;
    hv->vm.config = &h->config->vms[index];
    hv->vm.env = &h->env;
    hv->vm.index = index;
    hyp_grant(h, hv);
    HYP_TRY(gstage_create(&hv->gstage, &config));
    hv->vm.hgatp = gstage_hgatp(&hv->gstage);
    HYP_TRY(map_memory(h, hv));
    HYP_TRY(map_devices(h, hv));
    HYP_TRY(make_vcpus(h, hv));
    HYP_TRY(hyp_add_irqc(h, hv));
    if (hyp_console_part != 0) {
        HYP_TRY(hyp_console_part->add_vm(h, hv));
    }
    HYP_TRY(fill_memory(h, hv));
    hv->vm.memory_cleared = restrict_memory;
    for (uint32_t i = 0; i < hv->vm.vcpu_count; i++) {
        struct host_hart *hh = h->harts[hv->vm.vcpus[i]->hart_index];
        hh->vcpu = hv->vm.vcpus[i];
        hh->sstc = hv->vm.grant.sstc;
    }
    return HYP_OK;
}
