/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's virtual PLIC: the model, with the VM's harts and sources. */
#include "libhv/irqc/irqc_plic.h"

#include <hyp/irq/vplic.h>
#include <hyp/vm/footprint.h>

#include "libhv/irqc/virq_sources.h"

_Static_assert(sizeof(struct vplic) + VM_VCPU_MAX <= FOOTPRINT_IRQC_STRUCT, "footprint.h");
_Static_assert(sizeof(struct vplic_source) <= FOOTPRINT_IRQC_SOURCE &&
                   sizeof(struct vplic_context) <= FOOTPRINT_IRQC_CONTEXT &&
                   VPLIC_PRIORITY_MAX + 1 <= FOOTPRINT_IRQC_LEVELS,
               "footprint.h");

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    const struct vm *vm = ctx;
    struct vcpu *target = vm->vcpus[vcpu];
    spinlock_assume_held(&target->vm->lock);
    vcpu_set_external(target, level);
}

static void handle_phys_irq(void *state, uint32_t source, uint32_t hart)
{
    vplic_handle_phys_irq(state, source, hart);
}

static void stop(void *state)
{
    vplic_stop(state);
}

static struct irq_line line(void *state, uint32_t source)
{
    return vplic_line(state, source);
}

static enum hyp_status own(void *state, uint32_t source)
{
    return vplic_own(state, source);
}

/* m_contexts: context 2n is vCPU n's M-mode and 2n + 1 its S-mode, as on QEMU virt. Else context n
 * is vCPU n's S-mode. Returns the count of contexts. */
static uint32_t fill_contexts(const struct vm *vm, uint8_t *vcpu, uint8_t *hart)
{
    uint32_t step = vm->config->irqc.m_contexts ? 2 : 1;
    for (uint32_t n = 0; n < vm->vcpu_count; n++) {
        vcpu[step * n] = VPLIC_NO_VCPU;
        vcpu[step * n + step - 1] = (uint8_t)n;
        hart[n] = (uint8_t)vm->vcpus[n]->hart_index;
    }
    return step * vm->vcpu_count;
}

static enum hyp_status create(void *maker, struct vm *vm, struct gstage *gstage)
{
    struct hv_irqc *irqc = maker;
    const struct vm_irqc *wanted = &vm->config->irqc;
    uint8_t vcpu[VPLIC_CONTEXT_MAX];
    (void)gstage;
    uint8_t *hart = object_pool_alloc(irqc->objects, sizeof(struct vplic) + VM_VCPU_MAX);
    if (hart == NULL) {
        return HYP_E_NOMEM;
    }
    struct vplic *vplic = (struct vplic *)(hart + VM_VCPU_MAX);
    struct vplic_config config = {
        .source_count = wanted->source_count,
        .context_count = fill_contexts(vm, vcpu, hart),
        .priority_max = irqc->build->platform->irqc.priority_max,
        .vcpu = vcpu,
        .hart = hart,
        .irqc = irqc->phys.ops != NULL ? &irqc->phys : NULL,
        .set_external = set_external,
        .ctx = vm,
    };
    void *storage = object_pool_alloc(
        irqc->objects, vplic_storage_size(wanted->source_count, config.context_count));
    if (storage == NULL) {
        return HYP_E_NOMEM;
    }
    HYP_TRY(vplic_init(vplic, &config, storage));
    HYP_TRY(virq_for_each_source(irqc->build, vm, own, vplic));
    vm->virqc = &virq_plic;
    vm->virqc_state = vplic;
    struct vdev dev = {
        .base = wanted->gpa,
        .size = VPLIC_SIZE,
        .ops = &vplic_vdev_ops,
        .state = vplic,
    };
    return vm_add_vdev(vm, &dev);
}

const struct virqc_ops virq_plic = {
    .create = create, .handle_phys_irq = handle_phys_irq, .stop = stop, .line = line};
