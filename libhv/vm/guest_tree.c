/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a VM's device tree: a copy of the build's, with fixups for this machine, and seeds. */
#include "libhv/vm/vm.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/guest_mem.h>
#include <hyp/vm/config_option.h>
#include <hyp/vm/guest_dt.h>
#include <string.h>

/* Bit i: the machine lacks this VM's device i. */
static uint64_t absent_devices(const struct hv_vms *vms, const struct vm *vm)
{
    uint64_t absent = 0;
    for (uint32_t i = 0; i < vm->config->device_count; i++) {
        if (!machine_has_device(vms->machine, hv_device(vms->build, vm->index, i)->hpa)) {
            absent |= BIT(i);
        }
    }
    return absent;
}

/* Bit n: no interrupt of the VM's devices reaches the hart of vCPU n. */
static uint64_t vcpus_without_context(const struct hv_vms *vms, const struct vm *vm)
{
    uint64_t vcpus = 0;
    for (uint32_t n = 0; n < vm->vcpu_count; n++) {
        bool lacks = (vms->plan->no_context[vm->index] & BIT(vm->vcpus[n]->hart_index)) != 0;
        vcpus |= lacks ? BIT(n) : 0;
    }
    return vcpus;
}

/* Returns NULL if the machine has no seed. */
static const struct guest_seed *draw_seed(const struct hv_vms *vms, uint32_t vm,
                                          struct guest_seed *seed)
{
    if (vms->seed->size == 0) {
        return NULL;
    }
    guest_seed_draw(vms->seed, vm, csr_read(CSR_TIME), seed);
    return seed;
}

/* Returns the VM's boot arguments of the hypervisor's command line; NULL: there are none. */
static const char *find_bootargs(const struct hv_vms *vms, const char *vm,
                                 char args[CONFIG_BOOTARGS_SIZE])
{
    size_t length = 0;
    const char *append = config_option_get(vms->machine->bootargs, vm, "append", &length);
    if (append == NULL || length >= CONFIG_BOOTARGS_SIZE) {
        return NULL;
    }
    memcpy(args, append, length);
    args[length] = 0;
    return args;
}

/* Bytes of a cache block; 0: the extension is not granted. */
static uint32_t granted_block(const struct machine_grant *grant, enum guest_isa extension,
                              enum machine_block block)
{
    return (grant->isa & BIT(extension)) != 0 ? grant->block[block] : 0;
}

static enum hyp_status apply_fixups(struct hv_vms *vms, struct hv_vm *hv_vm, void *fdt)
{
    const struct vm_config *config = hv_vm->vm.config;
    const struct hyp_dtb *dtb = &vms->build->dtbs[hv_vm->vm.index];
    const struct machine_grant *grant = &hv_vm->common;
    char args[CONFIG_BOOTARGS_SIZE];
    struct guest_seed seed;
    struct guest_dt_params params = {
        .device_absent = absent_devices(vms, &hv_vm->vm),
        .vcpu_present = hv_vm->vm.vcpu_count == 64 ? UINT64_MAX : BIT(hv_vm->vm.vcpu_count) - 1,
        .no_context = vcpus_without_context(vms, &hv_vm->vm),
        .isa = grant->isa,
        .mmu = (enum guest_mmu)grant->mmu,
        .cbom_block = granted_block(grant, GUEST_ISA_ZICBOM, MACHINE_BLOCK_ZICBOM),
        .cbop_block = granted_block(grant, GUEST_ISA_ZICBOP, MACHINE_BLOCK_ZICBOP),
        .cboz_block = granted_block(grant, GUEST_ISA_ZICBOZ, MACHINE_BLOCK_ZICBOZ),
        .timebase_hz = vms->machine->timebase_hz,
        .initrd_start = config->initrd.gpa,
        .initrd_end = hv_vm->initrd.size == 0 ? 0 : config->initrd.gpa + hv_vm->initrd.size,
        .imsic_ids = vms->imsic_ids,
        .bootargs = find_bootargs(vms, config->name, args),
        .seed = draw_seed(vms, hv_vm->vm.index, &seed),
    };
    enum hyp_status status = guest_dt_apply(fdt, dtb, &params);
    if (status == HYP_OK) {
        status = guest_mem_write(GPA(config->dtb_gpa), fdt, dtb->size);
    }
    /* The guest alone has its seeds: the page goes back to the pool without them. */
    guest_dt_erase_seeds(fdt, dtb);
    memset(&seed, 0, sizeof(seed));
    return status;
}

enum hyp_status hv_vm_store_tree(struct hv_vms *vms, struct hv_vm *hv_vm)
{
    const struct hyp_dtb *dtb = &vms->build->dtbs[hv_vm->vm.index];
    unsigned order = 0;
    hpa_t pa;
    if (dtb->size == 0 || hv_vm->vm.config->dtb_gpa == 0) {
        return HYP_OK;
    }
    while ((HYP_PAGE_SIZE << order) < dtb->size) {
        order++;
    }
    HYP_TRY(page_pool_alloc(vms->pool, order, &pa));
    void *fdt = phys_to_ptr(vms->pool->map, pa, dtb->size);
    memcpy(fdt, dtb->data, dtb->size);
    enum hyp_status status = apply_fixups(vms, hv_vm, fdt);
    HYP_TRY(page_pool_free(vms->pool, pa, order));
    return status;
}
