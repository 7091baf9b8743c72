/* SPDX-License-Identifier: Apache-2.0 */
/* Builds one VM: its memory, its vCPUs, its devices, its files. */
#include "libhv/vm/vm.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/vm/footprint.h>

_Static_assert(sizeof(struct vcpu) <= FOOTPRINT_PER_VCPU, "footprint.h");
_Static_assert(sizeof(struct hv_vm) <= HYP_PAGE_SIZE &&
                   VM_VCPU_MAX * sizeof(struct vcpu *) <= FOOTPRINT_PER_VM - HYP_PAGE_SIZE,
               "footprint.h");

/* config_fit() has checked that the machine has this mode. */
static enum gstage_mode mode_of_bits(uint32_t gpa_bits)
{
    return gpa_bits <= 41 ? GSTAGE_SV39X4 : gpa_bits <= 50 ? GSTAGE_SV48X4 : GSTAGE_SV57X4;
}

static enum hyp_status map_region(const struct hv_vms *vms, struct hv_vm *hv_vm, uint32_t i,
                                  unsigned perm)
{
    const struct vm_mem *mem = &hv_vm->vm.config->mem[i];
    struct gstage_mapping mapping = {
        .gpa = GPA(mem->gpa),
        .hpa = HPA(vms->plan->mem_hpa[hv_vm->vm.index][i]),
        .size = mem->size,
        .perm = perm,
    };
    return gstage_map_range(&hv_vm->gstage, &mapping);
}

#define FILL_PERM (GSTAGE_R | GSTAGE_W)

/* R, W, X are bits 1, 2, 3 of a PTE. */
static unsigned perm_of(const struct vm_mem *mem)
{
    return (unsigned)(mem->access == 0 ? HYP_ACCESS_RWX : mem->access) << 1;
}

/* Memory that the guest may not write is writable at first: boot fills it through this table. */
static enum hyp_status map_memory(struct hv_vms *vms, struct hv_vm *hv_vm)
{
    for (uint32_t i = 0; i < hv_vm->vm.config->mem_count; i++) {
        HYP_TRY(map_region(vms, hv_vm, i, perm_of(&hv_vm->vm.config->mem[i]) | FILL_PERM));
    }
    return HYP_OK;
}

/* Once all memory is filled and cleared, makes it read-only where the guest may not write. */
static enum hyp_status restrict_memory(struct vm *vm)
{
    struct hv_vm *hv_vm = (struct hv_vm *)vm;
    struct hv_vms *vms = hv_vm->vms;
    for (uint32_t i = 0; i < vm->config->mem_count; i++) {
        const struct vm_mem *mem = &vm->config->mem[i];
        if ((perm_of(mem) & FILL_PERM) != FILL_PERM) {
            /* Allocates no table: unmapping has kept them. */
            HYP_TRY(gstage_unmap_range(&hv_vm->gstage, GPA(mem->gpa), mem->size));
            HYP_TRY(map_region(vms, hv_vm, i, perm_of(mem)));
        }
    }
    return HYP_OK;
}

static enum hyp_status map_devices(struct hv_vms *vms, struct hv_vm *hv_vm)
{
    const struct vm_config *config = hv_vm->vm.config;
    for (uint32_t i = 0; i < config->device_count; i++) {
        const struct hyp_device *device = hv_device(vms->build, hv_vm->vm.index, i);
        if (!machine_has_device(vms->machine, device->hpa)) {
            log_line(vms->log, "vm=%s device=%s state=absent", config->name, device->name);
            continue;
        }
        struct gstage_mapping mapping = {
            .gpa = GPA(config->devices[i].gpa),
            .hpa = HPA(device->hpa),
            .size = device->size,
            .perm = GSTAGE_R | GSTAGE_W,
            .type = MEM_IO,
        };
        HYP_TRY(gstage_map_range(&hv_vm->gstage, &mapping));
        for (uint32_t n = 0; n < hyp_device_irq_count(device); n++) {
            hv_virq_set_owner(vms->irqc, &hv_vm->vm, device->irq[n]);
        }
    }
    return HYP_OK;
}

static enum hyp_status make_vcpus(struct hv_vms *vms, struct hv_vm *hv_vm)
{
    struct vm *vm = &hv_vm->vm;
    uint64_t harts = vms->plan->harts[vm->index];
    vm->vcpus = object_pool_alloc(vms->objects, vm->config->vcpu_count * sizeof(struct vcpu *));
    if (vm->vcpus == NULL) {
        return HYP_E_NOMEM;
    }
    for (uint32_t i = 0; i < vms->machine->hart_count; i++) {
        if ((harts & BIT(i)) == 0) {
            continue;
        }
        struct vcpu *vcpu = object_pool_alloc(vms->objects, sizeof(*vcpu));
        if (vcpu == NULL) {
            return HYP_E_NOMEM;
        }
        vcpu->vm = vm;
        vcpu->id = vm->vcpu_count;
        vcpu->hart_index = i;
        vcpu->hsm_state = SBI_HSM_STOPPED;
        vcpu->timer = UINT64_MAX;
        vm->vcpus[vm->vcpu_count++] = vcpu;
    }
    vm->vcpus[0]->hsm_state = SBI_HSM_START_PENDING;
    vm->vcpus[0]->start_pc = vm->config->entry;
    vm->vcpus[0]->start_opaque = vm->config->dtb_gpa;
    vm->running = vm->vcpu_count;
    return HYP_OK;
}

/* Writes guest memory through the VM's own G-stage. */
static enum hyp_status fill_memory(struct hv_vms *vms, struct hv_vm *hv_vm)
{
    const struct vm_config *config = hv_vm->vm.config;
    csr_write(CSR_HGATP, hv_vm->vm.hgatp);
    fence_hfence_gvma_all();
    enum hyp_status status = hv_vm_copy_blob(vms, &config->kernel);
    if (status == HYP_OK) {
        status = hv_vm_copy_blob(vms, &config->initrd);
    }
    if (status == HYP_OK) {
        status = hv_vm_check_files(vms, hv_vm);
    }
    if (status == HYP_OK) {
        status = hv_vm_store_tree(vms, hv_vm);
    }
    if (status == HYP_OK) {
        status = hv_vm_init_scrub(vms, hv_vm);
    }
    csr_write(CSR_HGATP, 0);
    fence_hfence_gvma_all();
    return status;
}

static enum hyp_status add_irqc(struct hv_vms *vms, struct hv_vm *hv_vm)
{
    HYP_TRY(hv_virq_create(vms->irqc, &hv_vm->vm, &hv_vm->gstage));
    const char *files = hv_virq_file_kind(vms->irqc, &hv_vm->vm);
    if (files != NULL) {
        log_line(vms->log, "vm=%s imsic=%s imsic_ids=%u", hv_vm->vm.config->name, files,
                 vms->imsic_ids);
    }
    return HYP_OK;
}

enum hyp_status hv_vm_build(struct hv_vms *vms, uint32_t index)
{
    struct hv_vm *hv_vm = object_pool_alloc(vms->objects, sizeof(*hv_vm));
    struct gstage_config config = {
        .pool = vms->pool,
        .mode = mode_of_bits(vms->plan->gpa_bits[index]),
        .vmid = index + 1,
        .svpbmt = vms->machine->svpbmt,
    };
    if (hv_vm == NULL) {
        return HYP_E_NOMEM;
    }
    hv_vm->vms = vms;
    hv_vm->vm.config = &vms->build->config->vms[index];
    hv_vm->vm.host = vms->host;
    hv_vm->vm.index = index;
    hv_vm_grant(vms, hv_vm);
    HYP_TRY(gstage_create(&hv_vm->gstage, &config));
    hv_vm->vm.hgatp = gstage_hgatp(&hv_vm->gstage);
    HYP_TRY(map_memory(vms, hv_vm));
    HYP_TRY(map_devices(vms, hv_vm));
    HYP_TRY(make_vcpus(vms, hv_vm));
    HYP_TRY(add_irqc(vms, hv_vm));
    HYP_TRY(vms->ops->add_console(vms->ctx, &hv_vm->vm));
    HYP_TRY(fill_memory(vms, hv_vm));
    hv_vm->vm.memory_cleared = restrict_memory;
    vms->vm[index] = hv_vm;
    return HYP_OK;
}
