/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's IMSICs, to which its APLIC sends messages: guest interrupt files, or emulated ones. */
#include "libhv/irqc/aia.h"

#include <hyp/arch/csr.h>
#include <hyp/vm/footprint.h>

/* The pool rounds the files up to a block of at most twice their size. */
_Static_assert(2 * sizeof(struct vimsic_file) <= FOOTPRINT_PER_IMSIC, "footprint.h");

/* ---- Callbacks of the VM's APLIC ------------------------------------------------------------ */

static void send_msi(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid)
{
    struct virq_aia *virq = ctx;
    if (hart_index >= virq->vm->vcpu_count || guest_index != 0) {
        return;
    }
    if (virq_imsic_is_emulated(virq->vm->vcpus[hart_index])) {
        vimsic_send(&virq->vimsic, hart_index, eiid);
    } else {
        imsic_send(virq->file[hart_index], eiid);
    }
}

/*
 * Routes a physical source into the target vCPU's guest interrupt file. A vCPU with an emulated
 * file gets it from the hypervisor: the source then interrupts HS-mode, and handle_phys_irq()
 * passes it on. Returns false if the target names no vCPU.
 */
static bool route(void *ctx, uint32_t source, uint32_t hart_index, uint32_t eiid)
{
    const struct virq_aia *virq = ctx;
    struct irqc_aia *aia = virq->aia;
    if (hart_index >= virq->vm->vcpu_count) {
        return false;
    }
    bool emulated = virq_imsic_is_emulated(virq->vm->vcpus[hart_index]);
    aplic_route(&aia->aplic_imsic.aplic, source, virq->hart[hart_index],
                emulated ? 0 : AIA_GUEST_FILE,
                emulated ? aplic_imsic_id(&aia->aplic_imsic, source) : eiid);
    return true;
}

/* ---- Creation ------------------------------------------------------------------------------- */

static gpa_t page_of(const struct vcpu *vcpu)
{
    return GPA(vcpu->vm->config->irqc.imsic_gpa + vcpu->id * HYP_IMSIC_SIZE);
}

/* Maps each vCPU's IMSIC page to the guest interrupt file of its hart. */
static enum hyp_status map_guest_files(struct hv_irqc *irqc, struct virq_aia *virq)
{
    for (uint32_t n = 0; irqc_aia_has_file_pages(virq->aia) && n < virq->vm->vcpu_count; n++) {
        struct gstage_mapping mapping = {
            .gpa = page_of(virq->vm->vcpus[n]),
            .hpa = irqc_aia_file_page(virq->aia, virq->hart[n], AIA_GUEST_FILE),
            .size = HYP_IMSIC_SIZE,
            .perm = GSTAGE_R | GSTAGE_W,
            .type = MEM_IO,
        };
        uintptr_t va;
        HYP_TRY(gstage_map_range(virq->gstage, &mapping));
        HYP_TRY(hspace_map_device(irqc->space, mapping.hpa, mapping.size, &va));
        virq->file[n].base = va;
    }
    return HYP_OK;
}

/* Accesses to a page backed by a guest interrupt file do not trap, so they never reach these. */
static enum hyp_status add_emulated_files(struct hv_irqc *irqc, struct virq_aia *virq)
{
    struct vm *vm = virq->vm;
    struct vimsic_config config = {.file_count = vm->vcpu_count,
                                   .id_max = virq->imsic_ids,
                                   .set_external = virq_imsic_csr_set_external,
                                   .ctx = virq};
    struct vimsic_file *files = object_pool_alloc(irqc->objects, vm->vcpu_count * sizeof(*files));
    if (files == NULL) {
        return HYP_E_NOMEM;
    }
    HYP_TRY(vimsic_init(&virq->vimsic, &config, files));
    struct vdev dev = {.base = vm->config->irqc.imsic_gpa,
                       .size = vm->vcpu_count * HYP_IMSIC_SIZE,
                       .ops = &vimsic_vdev_ops,
                       .state = &virq->vimsic};
    return vm_add_vdev(vm, &dev);
}

static enum hyp_status create(void *maker, struct vm *vm, struct gstage *gstage)
{
    struct vaplic_config config = {.delivery = VAPLIC_MSI, .send_msi = send_msi, .route = route};
    struct virq_aia *virq;
    HYP_TRY(virq_aplic_init(maker, vm, gstage, &config, &virq));
    HYP_TRY(map_guest_files(maker, virq));
    HYP_TRY(add_emulated_files(maker, virq));
    return virq_aplic_attach(virq, &virq_imsic);
}

/* ---- Start of a vCPU: guest or emulated file, as its hart has ------------------------------- */

static enum hyp_status use_guest_file(const struct virq_aia *virq, struct vcpu *vcpu)
{
    vcpu->guest_file = AIA_GUEST_FILE;
    vcpu->hstateen0 = HSTATEEN0_AIA;
    HYP_TRY(imsic_clean_guest_file(AIA_GUEST_FILE, virq->imsic_ids));
    /* hie.SGEIE stays 0: the bit is for WFI alone. QEMU wakes a waiting hart only if hip shows it.
     */
    csr_write(CSR_HGEIE, BIT(AIA_GUEST_FILE));
    return HYP_OK;
}

/* Unmaps the page that the device tree promised, if this hart has no guest file behind it. */
static enum hyp_status use_emulated_file(const struct virq_aia *virq, struct vcpu *vcpu)
{
    enum hyp_status status = HYP_OK;
    vcpu->hstateen0 = HSTATEEN0_AIA & ~HSTATEEN0_IMSIC;
    if (irqc_aia_has_file_pages(virq->aia)) {
        spinlock_lock(&vcpu->vm->lock);
        status = gstage_unmap_range(virq->gstage, page_of(vcpu), HYP_IMSIC_SIZE);
        spinlock_unlock(&vcpu->vm->lock);
    }
    return status;
}

static enum hyp_status start_vcpu(struct vcpu *vcpu)
{
    const struct virq_aia *virq = vcpu->vm->virqc_state;
    bool has_file = irqc_aia_has_file_pages(virq->aia) && imsic_geilen() >= AIA_GUEST_FILE;
    return has_file ? use_guest_file(virq, vcpu) : use_emulated_file(virq, vcpu);
}

const struct virqc_ops virq_imsic = {.create = create,
                                     .start_vcpu = start_vcpu,
                                     .handle_phys_irq = virq_aplic_handle_phys_irq,
                                     .handle_ipi = virq_imsic_csr_handle_ipi,
                                     .emulate_csr = virq_imsic_csr_emulate,
                                     .stop = virq_aplic_stop,
                                     .line = virq_aplic_line};
