/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's virtual APLIC: the model for direct mode, and the functions that virq_imsic.c shares. */
#include "libhv/irqc/aia.h"

#include <hyp/vm/footprint.h>

#include "libhv/irqc/virq_sources.h"

#define IPRIO_BITS 3 /* QEMU virt's APLIC has as many. */

_Static_assert(sizeof(struct virq_aia) <= FOOTPRINT_IRQC_STRUCT, "footprint.h");

void virq_aplic_set_external(void *ctx, uint32_t vcpu, bool level)
{
    const struct virq_aia *virq = ctx;
    struct vcpu *target = virq->vm->vcpus[vcpu];
    spinlock_assume_held(&target->vm->lock);
    vcpu_set_external(target, level);
}

void virq_aplic_handle_phys_irq(void *state, uint32_t source, uint32_t hart)
{
    (void)hart;
    vaplic_handle_phys_irq(&((struct virq_aia *)state)->vaplic, source);
}

void virq_aplic_stop(void *state)
{
    vaplic_stop(&((struct virq_aia *)state)->vaplic);
}

struct irq_line virq_aplic_line(void *state, uint32_t source)
{
    return vaplic_line(&((struct virq_aia *)state)->vaplic, source);
}

static enum hyp_status own(void *state, uint32_t source)
{
    return vaplic_own(state, source);
}

/* The guest may route any source to any of its harts, so the physical APLIC must have them all. */
static bool reaches_all(const struct irqc_aia *aia, const struct vm *vm)
{
    for (uint32_t n = 0; n < vm->vcpu_count; n++) {
        if (aia->found.hart_index[vm->vcpus[n]->hart_index] == MACHINE_NO_INDEX) {
            return false;
        }
    }
    return true;
}

enum hyp_status virq_aplic_init(struct hv_irqc *irqc, struct vm *vm, struct gstage *gstage,
                                struct vaplic_config *config, struct virq_aia **made)
{
    struct irqc_aia *aia = irqc->found->state;
    uint32_t source_count = vm->config->irqc.source_count;
    if (irqc->phys.ops == NULL || !reaches_all(aia, vm)) {
        return HYP_E_UNSUPPORTED;
    }
    struct virq_aia *virq = object_pool_alloc(irqc->objects, sizeof(*virq));
    void *storage =
        object_pool_alloc(irqc->objects, vaplic_storage_size(source_count, vm->vcpu_count));
    if (virq == NULL || storage == NULL) {
        return HYP_E_NOMEM;
    }
    virq->vm = vm;
    virq->gstage = gstage;
    virq->aia = aia;
    virq->imsic_ids = irqc->imsic_ids;
    for (uint32_t n = 0; n < vm->vcpu_count; n++) {
        virq->hart[n] = (uint8_t)vm->vcpus[n]->hart_index;
    }
    config->source_count = source_count;
    config->idc_count = vm->vcpu_count;
    config->iprio_bits = IPRIO_BITS;
    config->hart = virq->hart;
    config->phys = &aia->phys;
    config->set_external = virq_aplic_set_external;
    config->ctx = virq;
    HYP_TRY(vaplic_init(&virq->vaplic, config, storage));
    HYP_TRY(virq_for_each_source(irqc->build, vm, own, &virq->vaplic));
    *made = virq;
    return HYP_OK;
}

enum hyp_status virq_aplic_attach(struct virq_aia *virq, const struct virqc_ops *ops)
{
    struct vm *vm = virq->vm;
    vm->virqc = ops;
    vm->virqc_state = virq;
    struct vdev dev = {.base = vm->config->irqc.gpa,
                       .size = HYP_APLIC_SIZE,
                       .ops = &vaplic_vdev_ops,
                       .state = &virq->vaplic};
    return vm_add_vdev(vm, &dev);
}

static enum hyp_status create(void *maker, struct vm *vm, struct gstage *gstage)
{
    struct vaplic_config config = {.delivery = VAPLIC_DIRECT};
    struct virq_aia *virq;
    HYP_TRY(virq_aplic_init(maker, vm, gstage, &config, &virq));
    return virq_aplic_attach(virq, &virq_aplic);
}

const struct virqc_ops virq_aplic = {.create = create,
                                     .handle_phys_irq = virq_aplic_handle_phys_irq,
                                     .stop = virq_aplic_stop,
                                     .line = virq_aplic_line};
