/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM's virtual interrupt controller: creation and lookups, for the vm room.
 *
 * Owner   The model's state comes from the hypervisor's pool and is never freed.
 * Locks   None: these functions run while one hart boots.
 */
#pragma once

#include <hyp/base/irq.h>
#include <hyp/base/status.h>
#include <hyp/mm/gstage.h>
#include <hyp/vm/vm.h>

struct hv_irqc;

/*
 * Creates the virtual controller that the VM's configuration names, passes the sources of the VM's
 * devices through to it, and adds it to the VM's bus. `gstage` is the VM's: guest interrupt files
 * are mapped there.
 *
 * Returns HYP_OK, also for a VM without a controller; HYP_E_UNSUPPORTED if the machine cannot give
 * this model or the image has not linked it; HYP_E_NOMEM; or an error of the model's create().
 */
HYP_MUST_USE enum hyp_status hv_virq_create(struct hv_irqc *irqc, struct vm *vm,
                                            struct gstage *gstage);

/* Prepares a vCPU's hart for its controller, on that hart before the vCPU first runs. An error
 * means that the hart lacks what the model needs. */
HYP_MUST_USE enum hyp_status hv_virq_start_vcpu(struct vcpu *vcpu);

/* Gives the input line of a source of the VM's controller. HYP_E_ABSENT: it has no controller. */
HYP_MUST_USE enum hyp_status hv_virq_line(struct vm *vm, uint32_t source, struct irq_line *line);

/* Makes this VM the owner of a physical source: dispatch.c passes its interrupts to the VM. */
void hv_virq_set_owner(struct hv_irqc *irqc, const struct vm *vm, uint32_t source);

/* "guest-file" or "emulated", as vCPU 0's interrupt file is; NULL if the VM has no IMSICs. */
const char *hv_virq_file_kind(const struct hv_irqc *irqc, const struct vm *vm);
