/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's virtual controller, made by the model that the build links for it. */
#include "libhv/irqc/virq.h"

#include <stddef.h>

#include "libhv/irqc/irqc.h"
#include "libhv/irqc/virq_sources.h"

static const struct virqc_ops *find_model(const struct hv_irqc *irqc, enum hyp_irqc_model model)
{
    return (irqc->models & BIT(model)) != 0 ? irqc->build->virqc[model] : NULL;
}

enum hyp_status hv_virq_create(struct hv_irqc *irqc, struct vm *vm, struct gstage *gstage)
{
    const struct vm_irqc *config = &vm->config->irqc;
    if (config->model == HYP_IRQC_NONE) {
        return HYP_OK;
    }
    const struct virqc_ops *ops = find_model(irqc, config->model);
    if (ops == NULL) {
        return HYP_E_UNSUPPORTED; /* config_fit() has reported it. */
    }
    HYP_TRY(ops->create(irqc, vm, gstage));
    irqc->vm[vm->index] = vm;
    return HYP_OK;
}

enum hyp_status hv_virq_start_vcpu(struct vcpu *vcpu)
{
    const struct virqc_ops *ops = vcpu->vm->virqc;
    return ops == NULL || ops->start_vcpu == NULL ? HYP_OK : ops->start_vcpu(vcpu);
}

enum hyp_status hv_virq_line(struct vm *vm, uint32_t source, struct irq_line *line)
{
    if (vm->virqc == NULL) {
        return HYP_E_ABSENT;
    }
    *line = vm->virqc->line(vm->virqc_state, source);
    return HYP_OK;
}

void hv_virq_set_owner(struct hv_irqc *irqc, const struct vm *vm, uint32_t source)
{
    irqc->owner[source] = (uint8_t)(vm->index + 1);
}

const char *hv_virq_file_kind(const struct hv_irqc *irqc, const struct vm *vm)
{
    const struct vm_irqc *config = &vm->config->irqc;
    if (config->model != HYP_IRQC_IMSIC) {
        return NULL;
    }
    uint64_t page = hv_irqc_guest_file_hpa(irqc, vm->vcpus[0]->hart_index);
    return page != UINT64_MAX ? "guest-file" : "emulated";
}

enum hyp_status virq_for_each_source(const struct hv_build *build, const struct vm *vm,
                                     enum hyp_status (*call)(void *state, uint32_t source),
                                     void *state)
{
    for (uint32_t i = 0; i < vm->config->device_count; i++) {
        const struct hyp_device *device = hv_device(build, vm->index, i);
        for (uint32_t n = 0; n < hyp_device_irq_count(device); n++) {
            HYP_TRY(call(state, device->irq[n]));
        }
    }
    return HYP_OK;
}
