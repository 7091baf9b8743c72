/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM's virtual interrupt controller, as the vm room makes it.
 *
 * Owner   The model's state comes from the hypervisor's pool, and stays.
 * Locks   None while booting.
 */
#pragma once

#include <hyp/base/irq.h>
#include <hyp/base/status.h>
#include <hyp/mm/gstage.h>
#include <hyp/vm/vm.h>

struct hv_irqc;

/*
 * Gives the VM the virtual controller of its configuration, with the sources of its devices, and
 * puts it on the VM's bus; `gstage` is the VM's, for pages of interrupt files.
 *
 * HYP_OK; HYP_E_UNSUPPORTED: the machine cannot give it; HYP_E_NOMEM; or what the model says.
 */
HYP_MUST_USE enum hyp_status hv_virq_create(struct hv_irqc *irqc, struct vm *vm,
                                            struct gstage *gstage);

/* A vCPU on its own hart, before it first runs. Other than HYP_OK: the hart lacks something. */
HYP_MUST_USE enum hyp_status hv_virq_start_vcpu(struct vcpu *vcpu);

/* The wire into a source of the VM's controller. HYP_E_ABSENT: the VM has none. */
HYP_MUST_USE enum hyp_status hv_virq_line(struct vm *vm, uint32_t source, struct irq_line *line);

/* The machine's interrupt `source` is this VM's. */
void hv_virq_own(struct hv_irqc *irqc, const struct vm *vm, uint32_t source);

/* How a VM's interrupt files are made: "guest-file" or "software". NULL: it has none. */
const char *hv_virq_files(const struct hv_irqc *irqc, const struct vm *vm);
