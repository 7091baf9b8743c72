/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Advanced Interrupt Architecture: APLIC in direct mode, or with the harts' IMSICs; IPIs by
 * message; and the ACLINT's IPIs, which the same walk of the device tree finds.
 *
 *   irqc_aplic.c, irqc_imsic.c    the two drivers, on what they share: aia.c
 *   ipi_sswi.c, ipi_imsic.c       IPIs
 *   virq_aplic.c                  a VM's APLIC, and all that both models share
 *   virq_imsic.c                  a VM's interrupt files: its harts' guest files, or emulated ones
 *   virq_imsic_csr.c              the CSRs of emulated files
 *
 * One struct irqc_aia is the state of the four rows: irqc_aplic, irqc_imsic, ipi_sswi, ipi_imsic.
 */
#pragma once

#include <hyp/irq/aclint_sswi.h>
#include <hyp/irq/aplic_imsic.h>
#include <hyp/irq/one_target.h>
#include <hyp/irq/vaplic.h>
#include <hyp/irq/vimsic.h>
#include <hyp/vm/machine_aia.h>

#include "libhv/irqc/irqc.h"

/* The guest interrupt file of a hart's vCPU: the first, as a hart runs one vCPU for good. */
#define AIA_GUEST_FILE 1

/* The identity of the hypervisor's own messages to a hart's own file, if one is left for them. */
#define AIA_IPI_ID 1

struct irqc_aia {
    struct machine_aia found;
    bool is_read;
    struct aplic_imsic chip;
    struct aplic_phys phys;
    struct one_target one;
    uint64_t harts[HV_SOURCE_MAX];
    mmio_t own_file[HYP_HART_MAX];
    struct imsic_ipi ipi;
    struct aclint_sswi sswi;
};

extern const struct irqc_driver irqc_aplic, irqc_imsic;
extern const struct ipi_driver ipi_sswi, ipi_imsic;
extern const struct virqc_ops virq_aplic, virq_imsic; /* Maker: struct hv_irqc. */

/* ---- aia.c ----------------------------------------------------------------------------------- */

/*
 * Reads the tree's nodes, once. True: the machine has no PLIC but an APLIC, that sends messages or
 * does not, as `msi` says; then irqc->machine has its numbers of harts and sources.
 */
bool irqc_aia_discover(struct irqc_aia *a, struct hv_irqc *irqc, bool msi, const void *fdt,
                       size_t size);
void irqc_aia_read(struct irqc_aia *a, const struct hv_irqc *irqc, const void *fdt, size_t size);

/* Maps the APLIC, all sources off and in the modes in which the platform's devices drive them. */
HYP_MUST_USE enum hyp_status irqc_aia_init(struct irqc_aia *a, struct hv_irqc *irqc);

/* True if the tree has pages for guest interrupt files. Whether a hart has files, its CSRs say. */
static inline bool irqc_aia_has_file_pages(const struct irqc_aia *a)
{
    return a->found.msi && a->found.guest_bits != 0;
}

/* The machine's page of a hart's interrupt file: 0 is its own, then its guest files. */
static inline hpa_t irqc_aia_file_page(const struct irqc_aia *a, uint32_t hart, uint32_t file)
{
    return HPA(a->found.imsic.hpa +
               imsic_page_offset(a->found.hart_index[hart], file, a->found.guest_bits));
}

/* ---- A VM's controller ----------------------------------------------------------------------- */

/* With what the models borrow. */
struct virq_aia {
    struct vaplic vaplic;
    struct vimsic vimsic; /* Model IMSIC: the emulated files, of vCPUs whose guest_file is 0. */
    struct vm *vm;
    struct gstage *gstage;
    struct irqc_aia *aia;
    uint32_t imsic_ids;
    uint8_t hart[VM_VCPU_MAX]; /* Hart index of each vCPU. */
    mmio_t file[VM_VCPU_MAX];  /* Model IMSIC, by vCPU: the page of its guest file. */
};

/*
 * virq_aplic.c: makes the VM's APLIC with its sources, and puts it on the bus behind what the
 * caller adds. `config` has what the delivery mode needs; the rest is filled here. HYP_OK,
 * HYP_E_UNSUPPORTED: the machine does not reach all harts of the VM, or HYP_E_NOMEM.
 */
HYP_MUST_USE enum hyp_status virq_aplic_make(struct hv_irqc *irqc, struct vm *vm,
                                             struct gstage *gstage, struct vaplic_config *config,
                                             struct virq_aia **made);
HYP_MUST_USE enum hyp_status virq_aplic_add(struct virq_aia *v, const struct virqc_ops *ops);
void virq_aplic_set_external(void *ctx, uint32_t vcpu, bool level);
void virq_aplic_handle_phys_irq(void *state, uint32_t source, uint32_t hart);
void virq_aplic_stop(void *state);
struct irq_line virq_aplic_line(void *state, uint32_t source);

/* True if its interrupt file is emulated. Known from start_vcpu() on. */
static inline bool virq_imsic_is_emulated(const struct vcpu *vcpu)
{
    return vcpu->guest_file == 0;
}

/* virq_imsic_csr.c: as struct virqc_ops has them, and what an emulated file drives. */
enum vcpu_action virq_imsic_csr_emulate(struct vcpu *vcpu, uint32_t insn);
void virq_imsic_csr_handle_ipi(struct vcpu *vcpu);
void virq_imsic_csr_set_external(void *ctx, uint32_t vcpu, bool level);
