/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the interrupt controllers that a VM's configuration names it gets on this machine:
 * irqc, or, where the machine cannot give that, the first of irqc_else that it can.
 *
 * A choice is a number: 0 is irqc, n is irqc_else[n - 1]. The rest of libvm knows irqc alone: who
 * chooses hands on a copy of the configuration with what was chosen in its place.
 *
 * Owner   The caller's storage; what the configuration points to is shared with it.
 * Locks   None: pure.
 * Context Any.
 */
#pragma once

#include <hyp/vm/config.h>

/* OR of BIT(enum hyp_irqc_model): what VMs can be given where the machine has this one. */
uint32_t config_irqc_models(enum hyp_irqc_model machine);

/* The most choices that one of its VMs has; at least 1. */
uint32_t config_choice_count(const struct hyp_config *config);

/* The first whose model is in `models`; 0 where there is none: config_fit() refuses that VM. */
uint32_t config_choose(const struct vm_config *vm, uint32_t models);

/* The VM with that choice; with its last where it has not so many. */
struct vm_config config_chosen(const struct vm_config *vm, uint32_t choice);

/* Where in hyp_dtbs the tree of VM `vm` with that choice, which it has, is. */
uint32_t config_dtb_index(const struct hyp_config *config, uint32_t vm, uint32_t choice);

/*
 * The configuration as one machine has it: each VM with the controller that it gets there, and with
 * the tree for that. `config.vms` points to `vms`: a selection is not copied. About 9 KiB.
 */
struct config_selection {
    struct hyp_config config;
    struct vm_config vms[HYP_VM_MAX];
    struct hyp_dtb dtbs[HYP_VM_MAX];
};

/*
 * Fills the selection for a machine that can give `models`; `dtbs` is ordered as hyp_dtbs. Of VMs
 * beyond HYP_VM_MAX only the count is taken over: config_fit() refuses such a configuration.
 */
void config_select(const struct hyp_config *config, const struct hyp_dtb *dtbs, uint32_t models,
                   struct config_selection *selection);
