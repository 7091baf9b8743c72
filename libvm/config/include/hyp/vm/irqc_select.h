/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selects the interrupt controller that a VM gets on this machine: vm_config.irqc, or, if the
 * machine cannot give that, the first of vm_config.irqc_else that it can give.
 *
 * The alternatives of a VM are numbered: 0 is irqc, n is irqc_else[n - 1]. The rest of libvm reads
 * irqc alone: irqc_select_for_machine() makes a copy of the configuration in which irqc of each VM
 * is the selected alternative.
 *
 * Owner   The caller's storage; the copy shares with the configuration what that points to.
 * Locks   None: pure.
 * Context Any.
 */
#pragma once

#include <hyp/vm/config.h>

/*
 * The models that VMs can be given on a machine with this controller, as an OR of
 * BIT(enum hyp_irqc_model). A virtual PLIC is always one of them, as all of it is software.
 */
uint32_t irqc_select_models(enum hyp_irqc_model machine);

/* The highest count of alternatives that a VM of the configuration has; at least 1. */
uint32_t irqc_select_count(const struct hyp_config *config);

/*
 * The first alternative whose model is in `models`, or is NONE. 0 if there is none: config_fit()
 * refuses that VM then.
 */
uint32_t irqc_select(const struct vm_config *vm, uint32_t models);

/* The VM with that alternative as its irqc; with its last one if it has fewer. */
struct vm_config irqc_select_vm(const struct vm_config *vm, uint32_t alternative);

/* The index in hyp_dtbs of VM `vm` with this alternative, which it has. */
uint32_t irqc_select_dtb_index(const struct hyp_config *config, uint32_t vm, uint32_t alternative);

/*
 * A configuration for one machine: each VM with the controller that it gets there, and the device
 * tree for that. `config.vms` points to `vms`, so do not copy this struct. About 9 KiB.
 */
struct irqc_selection {
    struct hyp_config config;
    struct vm_config vms[HYP_VM_MAX];
    struct hyp_dtb dtbs[HYP_VM_MAX];
};

/*
 * Fills the selection for a machine that can give `models`; `dtbs` has the order of hyp_dtbs. If
 * there are more than HYP_VM_MAX VMs, only their count is copied: config_fit() refuses such a
 * configuration.
 */
void irqc_select_for_machine(const struct hyp_config *config, const struct hyp_dtb *dtbs,
                             uint32_t models, struct irqc_selection *selection);
