/* SPDX-License-Identifier: Apache-2.0 */
/* One VM: its memory, its vCPUs, its devices, its files. */
#include "libhv/vm/vm.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/vm/footprint.h>

_Static_assert(sizeof(struct vcpu) <= FOOTPRINT_PER_VCPU, "footprint.h");
_Static_assert(sizeof(struct hv_vm) <= HYP_PAGE_SIZE &&
                   VM_VCPU_MAX * sizeof(struct vcpu *) <= FOOTPRINT_PER_VM - HYP_PAGE_SIZE,
               "footprint.h");

/* config_fit() has made sure that the machine has this mode. */
static enum gstage_mode mode_of_bits(uint32_t gpa_bits)
{
    return gpa_bits <= 41 ? GSTAGE_SV39X4 : gpa_bits <= 50 ? GSTAGE_SV48X4 : GSTAGE_SV57X4;
}

static enum hyp_status map_region(const struct hv_vms *vms, struct hv_vm *hv, uint32_t i,
                                  unsigned perm)
{
    const struct vm_mem *mem = &hv->vm.config->mem[i];
    struct gstage_mapping m = {
        .gpa = GPA(mem->gpa),
        .hpa = HPA(vms->plan->mem_hpa[hv->vm.index][i]),
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
static enum hyp_status map_memory(struct hv_vms *vms, struct hv_vm *hv)
{
    for (uint32_t i = 0; i < hv->vm.config->mem_count; i++) {
        HYP_TRY(map_region(vms, hv, i, perm_of(&hv->vm.config->mem[i]) | FILL_PERM));
    }
    return HYP_OK;
}

/* All of it is filled and cleared: what the guest may not write is no longer writable. */
static enum hyp_status restrict_memory(struct vm *vm)
{
    struct hv_vm *hv = (struct hv_vm *)vm;
    struct hv_vms *vms = hv->all;
    for (uint32_t i = 0; i < vm->config->mem_count; i++) {
        const struct vm_mem *mem = &vm->config->mem[i];
        if ((perm_of(mem) & FILL_PERM) != FILL_PERM) {
            /* No table is taken: those that it had are still there. */
            HYP_TRY(gstage_unmap_range(&hv->gstage, GPA(mem->gpa), mem->size));
            HYP_TRY(map_region(vms, hv, i, perm_of(mem)));
        }
    }
    return HYP_OK;
}

static enum hyp_status map_devices(struct hv_vms *vms, struct hv_vm *hv)
{
    const struct vm_config *c = hv->vm.config;
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct hyp_device *d = hv_device(vms->build, hv->vm.index, i);
        if (!machine_has_device(vms->machine, d->hpa)) {
            log_line(vms->log, "vm=%s device=%s state=absent", c->name, d->name);
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
            hv_virq_set_owner(vms->irqc, &hv->vm, d->irq[n]);
        }
    }
    return HYP_OK;
}

static enum hyp_status make_vcpus(struct hv_vms *vms, struct hv_vm *hv)
{
    struct vm *vm = &hv->vm;
    uint64_t harts = vms->plan->harts[vm->index];
    vm->vcpus = object_pool_alloc(vms->objects, vm->config->vcpu_count * sizeof(struct vcpu *));
    if (vm->vcpus == 0) {
        return HYP_E_NOMEM;
    }
    for (uint32_t i = 0; i < vms->machine->hart_count; i++) {
        if ((harts & BIT(i)) == 0) {
            continue;
        }
        struct vcpu *v = object_pool_alloc(vms->objects, sizeof(*v));
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

/* Through the VM's own table, as the guest will see it. */
static enum hyp_status fill_memory(struct hv_vms *vms, struct hv_vm *hv)
{
    const struct vm_config *c = hv->vm.config;
    csr_write(CSR_HGATP, hv->vm.hgatp);
    fence_hfence_gvma_all();
    enum hyp_status status = hv_vm_copy_blob(vms, &c->kernel);
    if (status == HYP_OK) {
        status = hv_vm_copy_blob(vms, &c->initrd);
    }
    if (status == HYP_OK) {
        status = hv_vm_check_files(vms, hv);
    }
    if (status == HYP_OK) {
        status = hv_vm_store_tree(vms, hv);
    }
    if (status == HYP_OK) {
        status = hv_vm_init_scrub(vms, hv);
    }
    csr_write(CSR_HGATP, 0);
    fence_hfence_gvma_all();
    return status;
}

static enum hyp_status add_irqc(struct hv_vms *vms, struct hv_vm *hv)
{
    HYP_TRY(hv_virq_create(vms->irqc, &hv->vm, &hv->gstage));
    const char *files = hv_virq_file_kind(vms->irqc, &hv->vm);
    if (files != 0) {
        log_line(vms->log, "vm=%s imsic=%s imsic_ids=%u", hv->vm.config->name, files,
                 vms->imsic_ids);
    }
    return HYP_OK;
}

enum hyp_status hv_vm_build(struct hv_vms *vms, uint32_t index)
{
    struct hv_vm *hv = object_pool_alloc(vms->objects, sizeof(*hv));
    struct gstage_config config = {
        .pool = vms->pool,
        .mode = mode_of_bits(vms->plan->gpa_bits[index]),
        .vmid = index + 1,
        .svpbmt = vms->machine->svpbmt,
    };
    if (hv == 0) {
        return HYP_E_NOMEM;
    }
    hv->all = vms;
    hv->vm.config = &vms->build->config->vms[index];
    hv->vm.host = vms->host;
    hv->vm.index = index;
    hv_vm_grant(vms, hv);
    HYP_TRY(gstage_create(&hv->gstage, &config));
    hv->vm.hgatp = gstage_hgatp(&hv->gstage);
    HYP_TRY(map_memory(vms, hv));
    HYP_TRY(map_devices(vms, hv));
    HYP_TRY(make_vcpus(vms, hv));
    HYP_TRY(add_irqc(vms, hv));
    HYP_TRY(vms->ops->add_console(vms->ctx, &hv->vm));
    HYP_TRY(fill_memory(vms, hv));
    hv->vm.memory_cleared = restrict_memory;
    vms->vm[index] = hv;
    return HYP_OK;
}
