/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration as this machine has it: each VM with the first controller that it can get. */
#include "hyp.h"

#include <hyp/vm/config_choice.h>

/* There is one machine: like the_hyp of main.c. */
static struct {
    struct hyp_config config;
    struct vm_config vms[HYP_VM_MAX];
    struct hyp_dtb dtbs[HYP_VM_MAX];
} the_choice;

void hyp_choose_irqcs(struct hyp *h)
{
    uint32_t models = (uint32_t)BIT(HYP_IRQC_PLIC) | h->irqc_models;
    the_choice.config = *h->config;
    the_choice.config.vms = the_choice.vms;
    for (uint32_t i = 0; i < h->config->vm_count && i < HYP_VM_MAX; i++) {
        const struct vm_config *vm = &h->config->vms[i];
        uint32_t choice = config_choose(vm, models);
        the_choice.vms[i] = config_chosen(vm, choice);
        the_choice.dtbs[i] = h->dtbs[config_dtb_index(h->config, i, choice)];
    }
    h->config = &the_choice.config;
    h->dtbs = the_choice.dtbs;
}
