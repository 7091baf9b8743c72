/* SPDX-License-Identifier: Apache-2.0 */
/* The size of the hypervisor pool that a plan needs: the sum that footprint.h describes. */
#include <hyp/vm/config_plan.h>

#include <hyp/vm/footprint.h>

#include "config_gstage.h"
#include "config_resources.h"

static uint64_t irqc_need(const struct vm_config *vm_config)
{
    const struct vm_irqc *irqc = &vm_config->irqc;
    if (irqc->model == HYP_IRQC_NONE) {
        return 0;
    }
    uint32_t context_count = vm_config->vcpu_count * (irqc->m_contexts ? 2 : 1);
    uint64_t need = footprint_irqc(irqc->source_count, context_count);
    if (irqc->model == HYP_IRQC_IMSIC) {
        need += vm_config->vcpu_count * FOOTPRINT_PER_IMSIC;
    }
    return need;
}

static uint64_t blob_need(const struct vm_blob *blob)
{
    return blob->name != NULL && !blob->preloaded ? FOOTPRINT_PER_BLOB : 0;
}

static uint64_t vm_need(const struct config_input *in, const struct config_plan *plan, uint32_t vm)
{
    const struct vm_config *vm_config = &in->config->vms[vm];
    uint64_t need = FOOTPRINT_PER_VM + FOOTPRINT_GSTAGE_ROOT;
    need += vm_config->vcpu_count * FOOTPRINT_PER_VCPU;
    need += irqc_need(vm_config);
    need += blob_need(&vm_config->kernel) + blob_need(&vm_config->initrd);
    need += vm_config->console.kind == VM_CONSOLE_NONE ? 0 : FOOTPRINT_PER_CONSOLE;
    need += config_gstage_tables(in, plan, vm) * FOOTPRINT_GSTAGE_TABLE;
    return need;
}

/* The block in which the largest device tree is edited. */
static uint64_t dtb_need(const struct config_input *in)
{
    uint64_t largest = 0;
    for (uint32_t vm = 0; in->dtbs != NULL && vm < in->config->vm_count; vm++) {
        largest = in->dtbs[vm].size > largest ? in->dtbs[vm].size : largest;
    }
    return largest != 0 ? footprint_block(largest) : 0;
}

uint64_t config_pool_need(const struct config_input *in, const struct config_plan *plan)
{
    const struct hyp_config *config = in->config;
    uint64_t console = config->console_hart < HYP_HART_MAX ? BIT(config->console_hart) : 0;
    uint64_t used = 0;
    uint64_t need = FOOTPRINT_FIXED + dtb_need(in);
    for (uint32_t vm = 0; vm < config->vm_count; vm++) {
        used |= plan->harts[vm];
        need += vm_need(in, plan, vm);
    }
    /* If a VM has the console's hart, a free one, if there is one, drives the console instead. */
    uint64_t free = config_present_harts(in) & ~used;
    used |= (used & console) != 0 ? free & (~free + 1) : console;
    return need + bits_count(used) * FOOTPRINT_PER_HART;
}
