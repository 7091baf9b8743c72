/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Advanced Interrupt Architecture: APLIC in direct mode or with IMSICs, IPIs by messages; and
 * the ACLINT's IPIs, which the same walk of the device tree finds.
 *
 *   irqc_aplic.c, irqc_imsic.c    the two drivers; aia.c is shared by both
 *   ipi_sswi.c, ipi_imsic.c       IPI drivers
 *   virq_aplic.c                  a VM's APLIC, in direct mode or shared with virq_imsic.c
 *   virq_imsic.c                  a VM's IMSICs: guest interrupt files or emulated ones
 *   virq_imsic_csr.c              CSRs of emulated interrupt files
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

/* Index of the guest interrupt file that a vCPU gets: a hart runs one vCPU, so the first file. */
#define AIA_GUEST_FILE 1

/* Identity of the hypervisor's IPIs at an S-level file, if the sources leave one free. */
#define AIA_IPI_ID 1

struct irqc_aia {
    struct machine_aia found;
    bool is_read;
    struct aplic_imsic aplic_imsic;
    struct aplic_phys phys;
    struct one_target one_target;
    uint64_t target_harts[HV_SOURCE_MAX];
    mmio_t s_level_file[HYP_HART_MAX];
    struct imsic_ipi ipi;
    struct aclint_sswi sswi;
};

extern const struct irqc_driver irqc_aplic, irqc_imsic;
extern const struct ipi_driver ipi_sswi, ipi_imsic;
extern const struct virqc_ops virq_aplic, virq_imsic; /* create() takes a struct hv_irqc. */

/* ---- aia.c ----------------------------------------------------------------------------------- */

/*
 * Reads the device tree's AIA nodes, once. Returns true if the machine has no PLIC but an APLIC in
 * the delivery mode that `msi` says, and then has set irqc->machine's irqc_index and source_count.
 */
bool irqc_aia_discover(struct irqc_aia *a, struct hv_irqc *irqc, bool msi, const void *fdt,
                       size_t size);
void irqc_aia_read(struct irqc_aia *a, const struct hv_irqc *irqc, const void *fdt, size_t size);

/* Maps the APLIC, disables all sources, and sets each source mode as the platform's device has. */
HYP_MUST_USE enum hyp_status irqc_aia_init(struct irqc_aia *a, struct hv_irqc *irqc);

/* True if the device tree has pages for guest interrupt files. GEILEN says whether a hart has. */
static inline bool irqc_aia_has_file_pages(const struct irqc_aia *a)
{
    return a->found.msi && a->found.guest_bits != 0;
}

/* Host-physical page of a hart's interrupt file: 0 is the S-level file, then its guest files. */
static inline hpa_t irqc_aia_file_page(const struct irqc_aia *a, uint32_t hart, uint32_t file)
{
    return HPA(a->found.imsic.hpa +
               imsic_page_offset(a->found.hart_index[hart], file, a->found.guest_bits));
}

/* ---- A VM's controller ----------------------------------------------------------------------- */

/* State of both models. */
struct virq_aia {
    struct vaplic vaplic;
    struct vimsic vimsic; /* Model IMSIC: emulated files of vCPUs whose guest_file is 0. */
    struct vm *vm;
    struct gstage *gstage;
    struct irqc_aia *aia;
    uint32_t imsic_ids;
    uint8_t hart[VM_VCPU_MAX]; /* Hart index of each vCPU. */
    mmio_t file[VM_VCPU_MAX];  /* Model IMSIC, by vCPU: page of its guest interrupt file. */
};

/*
 * Creates the VM's APLIC with its sources (virq_aplic.c). The caller has filled what the delivery
 * mode needs in `config`; the rest is filled here. Returns HYP_OK, HYP_E_NOMEM, or
 * HYP_E_UNSUPPORTED if the physical APLIC does not reach all harts of the VM.
 */
HYP_MUST_USE enum hyp_status virq_aplic_init(struct hv_irqc *irqc, struct vm *vm,
                                             struct gstage *gstage, struct vaplic_config *config,
                                             struct virq_aia **made);
/* Adds the APLIC to the VM's bus and makes `ops` the VM's controller. */
HYP_MUST_USE enum hyp_status virq_aplic_attach(struct virq_aia *v, const struct virqc_ops *ops);
void virq_aplic_set_external(void *ctx, uint32_t vcpu, bool level);
void virq_aplic_handle_phys_irq(void *state, uint32_t source, uint32_t hart);
void virq_aplic_stop(void *state);
struct irq_line virq_aplic_line(void *state, uint32_t source);

/* True if the vCPU's interrupt file is emulated. Valid from start_vcpu() on. */
static inline bool virq_imsic_is_emulated(const struct vcpu *vcpu)
{
    return vcpu->guest_file == 0;
}

/* Functions of virq_imsic_csr.c for struct virqc_ops and struct vimsic_config. */
enum vcpu_action virq_imsic_csr_emulate(struct vcpu *vcpu, uint32_t insn);
void virq_imsic_csr_handle_ipi(struct vcpu *vcpu);
void virq_imsic_csr_set_external(void *ctx, uint32_t vcpu, bool level);
