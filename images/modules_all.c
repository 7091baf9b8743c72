/* SPDX-License-Identifier: Apache-2.0 */
/* Modules for machines with any of the interrupt controllers. */
#include "images/modules.h"

#include "libhv/irqc/aia.h"
#include "libhv/irqc/irqc_plic.h"

static struct irqc_plic plic;
static struct irqc_aia aia;
static struct irqc_selection selection;

static const struct irqc_module irqcs[] = {
    {&irqc_plic, &plic, HYP_IRQC_PLIC},
    {&irqc_aplic, &aia, HYP_IRQC_APLIC},
    {&irqc_imsic, &aia, HYP_IRQC_IMSIC},
};

/* The cheaper one first. */
static const struct ipi_module ipis[] = {
    {&ipi_sswi, &aia},
    {&ipi_imsic, &aia},
};

const struct hv_modules modules = {
    .irqcs = irqcs,
    .irqc_count = ARRAY_COUNT(irqcs),
    .ipis = ipis,
    .ipi_count = ARRAY_COUNT(ipis),
    .selection = &selection,
};
