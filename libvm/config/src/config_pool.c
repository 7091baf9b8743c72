/* SPDX-License-Identifier: Apache-2.0 */
/* Hypervisor pool that a plan needs: the sum of footprint.h. */
#include <hyp/vm/config_plan.h>

#include <hyp/vm/footprint.h>

#include "config_gstage.h"
#include "config_resources.h"

static bool is_embedded(const struct vm_blob *blob)
{
    return blob->name != NULL && !blob->preloaded;
}

static uint64_t vm_need(const struct config_input *in, const struct config_plan *plan, uint32_t vm)
{
    const struct vm_config *c = &in->config->vms[vm];
    uint64_t need = FOOTPRINT_PER_VM + FOOTPRINT_GSTAGE_ROOT;
    need +=
        c->irqc.model == HYP_IRQC_NONE
            ? 0
            : footprint_irqc(c->irqc.source_count, c->vcpu_count * (c->irqc.m_contexts ? 2 : 1));
    bool imsics = c->irqc.model == HYP_IRQC_IMSIC;
    need += c->vcpu_count * (FOOTPRINT_PER_VCPU + (imsics ? FOOTPRINT_PER_IMSIC : 0));
    need += is_embedded(&c->kernel) ? FOOTPRINT_PER_BLOB : 0;
    need += is_embedded(&c->initrd) ? FOOTPRINT_PER_BLOB : 0;
    need += c->console.kind == VM_CONSOLE_NONE ? 0 : FOOTPRINT_PER_CONSOLE;
    need += config_gstage_tables(in, plan, vm) * FOOTPRINT_GSTAGE_TABLE;
    return need;
}

uint64_t config_pool_need(const struct config_input *in, const struct config_plan *plan)
{
    const struct hyp_config *config = in->config;
    uint64_t console = config->console_hart < HYP_HART_MAX ? BIT(config->console_hart) : 0;
    uint64_t used = 0;
    uint64_t need = FOOTPRINT_FIXED;
    for (uint32_t vm = 0; vm < config->vm_count; vm++) {
        used |= plan->harts[vm];
        need += vm_need(in, plan, vm);
    }
    /* The console leaves a VM's hart for one that is free. */
    uint64_t free = config_present_harts(in) & ~used;
    used |= (used & console) != 0 ? free & (~free + 1) : console;
    uint64_t tree = 0;
    for (uint32_t vm = 0; in->dtbs != NULL && vm < config->vm_count; vm++) {
        tree = in->dtbs[vm].size > tree ? in->dtbs[vm].size : tree;
    }
    need += tree != 0 ? footprint_block(tree) : 0;
    for (; used != 0; used &= used - 1) {
        need += FOOTPRINT_PER_HART;
    }
    return need;
}
