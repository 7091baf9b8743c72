/* SPDX-License-Identifier: Apache-2.0 */
/* Guest-physical addresses of a VM's interrupt controller. */
#pragma once

#include <hyp/base/range.h>
#include <hyp/vm/config.h>

/* Bytes of the registers at irqc.gpa. */
static inline uint64_t config_irqc_size(const struct vm_irqc *irqc)
{
    if (irqc->model == HYP_IRQC_NONE) {
        return 0;
    }
    return irqc->model == HYP_IRQC_PLIC ? HYP_PLIC_SIZE : HYP_APLIC_SIZE;
}

static inline bool config_has_imsics(const struct vm_config *vm)
{
    return vm->irqc.model == HYP_IRQC_IMSIC;
}

/* The guest-physical addresses of the VM's IMSICs. */
static inline struct range config_imsics(const struct vm_config *vm)
{
    return (struct range){vm->irqc.imsic_gpa, (uint64_t)vm->vcpu_count * HYP_IMSIC_SIZE};
}
