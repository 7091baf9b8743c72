/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's IMSICs, to which its APLIC sends messages: guest interrupt files, or emulated ones. */
#include "libhv/irqc/aia.h"

#include <hyp/arch/csr.h>
#include <hyp/vm/footprint.h>

/* The pool rounds the files up to a block of at most twice their size. */
_Static_assert(2 * sizeof(struct vimsic_file) <= FOOTPRINT_PER_IMSIC, "footprint.h");

/* ---- Callbacks of the VM's APLIC --------------------------------------------------------------
 */

static void send_msi(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid)
{
    struct virq_aia *v = ctx;
    if (hart_index >= v->vm->vcpu_count || guest_index != 0) {
        return;
    }
    if (virq_imsic_is_emulated(v->vm->vcpus[hart_index])) {
        vimsic_send(&v->vimsic, hart_index, eiid);
    } else {
        imsic_send(v->file[hart_index], eiid);
    }
}

/*
 * Routes a physical source into the target vCPU's guest interrupt file. A vCPU with an emulated
 * file gets it from the hypervisor: the source then interrupts HS-mode, and handle_phys_irq()
 * passes it on. Returns false if the target names no vCPU.
 */
static bool route(void *ctx, uint32_t source, uint32_t hart_index, uint32_t eiid)
{
    const struct virq_aia *v = ctx;
    struct irqc_aia *aia = v->aia;
    if (hart_index >= v->vm->vcpu_count) {
        return false;
    }
    bool emulated = virq_imsic_is_emulated(v->vm->vcpus[hart_index]);
    aplic_route(&aia->aplic_imsic.aplic, source, v->hart[hart_index], emulated ? 0 : AIA_GUEST_FILE,
                emulated ? aplic_imsic_id(&aia->aplic_imsic, source) : eiid);
    return true;
}

/* ---- Creation ---------------------------------------------------------------------------------
 */

static gpa_t page_of(const struct vcpu *vcpu)
{
    return GPA(vcpu->vm->config->irqc.imsic_gpa + vcpu->id * HYP_IMSIC_SIZE);
}

/* Maps each vCPU's IMSIC page to the guest interrupt file of its hart. */
static enum hyp_status map_guest_files(struct hv_irqc *irqc, struct virq_aia *v)
{
    for (uint32_t n = 0; irqc_aia_has_file_pages(v->aia) && n < v->vm->vcpu_count; n++) {
        struct gstage_mapping m = {
            .gpa = page_of(v->vm->vcpus[n]),
            .hpa = irqc_aia_file_page(v->aia, v->hart[n], AIA_GUEST_FILE),
            .size = HYP_IMSIC_SIZE,
            .perm = GSTAGE_R | GSTAGE_W,
            .type = MEM_IO,
        };
        uintptr_t va;
        HYP_TRY(gstage_map_range(v->gstage, &m));
        HYP_TRY(hspace_map_device(irqc->space, m.hpa, m.size, &va));
        v->file[n].base = va;
    }
    return HYP_OK;
}

/* Accesses to a page backed by a guest interrupt file do not trap, so they never reach these. */
static enum hyp_status add_emulated_files(struct hv_irqc *irqc, struct virq_aia *v)
{
    struct vm *vm = v->vm;
    struct vimsic_config config = {.file_count = vm->vcpu_count,
                                   .id_max = v->imsic_ids,
                                   .set_external = virq_imsic_csr_set_external,
                                   .ctx = v};
    struct vimsic_file *files = object_pool_alloc(irqc->objects, vm->vcpu_count * sizeof(*files));
    if (files == NULL) {
        return HYP_E_NOMEM;
    }
    HYP_TRY(vimsic_init(&v->vimsic, &config, files));
    struct vdev dev = {.base = vm->config->irqc.imsic_gpa,
                       .size = vm->vcpu_count * HYP_IMSIC_SIZE,
                       .ops = &vimsic_vdev_ops,
                       .state = &v->vimsic};
    return vm_add_vdev(vm, &dev);
}

static enum hyp_status create(void *maker, struct vm *vm, struct gstage *gstage)
{
    struct vaplic_config config = {.delivery = VAPLIC_MSI, .send_msi = send_msi, .route = route};
    struct virq_aia *v;
    HYP_TRY(virq_aplic_init(maker, vm, gstage, &config, &v));
    HYP_TRY(map_guest_files(maker, v));
    HYP_TRY(add_emulated_files(maker, v));
    return virq_aplic_attach(v, &virq_imsic);
}

/* ---- Start of a vCPU: guest or emulated file, as its hart has ----------------------------------
 */

static enum hyp_status use_guest_file(const struct virq_aia *v, struct vcpu *vcpu)
{
    vcpu->guest_file = AIA_GUEST_FILE;
    vcpu->hstateen0 = HSTATEEN0_AIA;
    HYP_TRY(imsic_clean_guest_file(AIA_GUEST_FILE, v->imsic_ids));
    /* hie.SGEIE stays 0: the bit is for WFI alone. QEMU wakes a waiting hart only if hip shows it.
     */
    csr_write(CSR_HGEIE, BIT(AIA_GUEST_FILE));
    return HYP_OK;
}

/* Unmaps the page that the device tree promised, if this hart has no guest file behind it. */
static enum hyp_status use_emulated_file(const struct virq_aia *v, struct vcpu *vcpu)
{
    enum hyp_status status = HYP_OK;
    vcpu->hstateen0 = HSTATEEN0_AIA & ~HSTATEEN0_IMSIC;
    if (irqc_aia_has_file_pages(v->aia)) {
        spinlock_lock(&vcpu->vm->lock);
        status = gstage_unmap_range(v->gstage, page_of(vcpu), HYP_IMSIC_SIZE);
        spinlock_unlock(&vcpu->vm->lock);
    }
    return status;
}

static enum hyp_status start_vcpu(struct vcpu *vcpu)
{
    const struct virq_aia *v = vcpu->vm->virqc_state;
    bool has_file = irqc_aia_has_file_pages(v->aia) && imsic_geilen() >= AIA_GUEST_FILE;
    return has_file ? use_guest_file(v, vcpu) : use_emulated_file(v, vcpu);
}

const struct virqc_ops virq_imsic = {.create = create,
                                     .start_vcpu = start_vcpu,
                                     .handle_phys_irq = virq_aplic_handle_phys_irq,
                                     .handle_ipi = virq_imsic_csr_handle_ipi,
                                     .emulate_csr = virq_imsic_csr_emulate,
                                     .stop = virq_aplic_stop,
                                     .line = virq_aplic_line};
