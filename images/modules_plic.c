/* SPDX-License-Identifier: Apache-2.0 */
/* Modules for machines with a PLIC. */
#include "images/modules.h"

#include "libhv/irqc/irqc_plic.h"

static struct irqc_plic plic;

static const struct irqc_module irqcs[] = {
    {&irqc_plic, &plic, HYP_IRQC_PLIC},
};

const struct hv_modules modules = {
    .irqcs = irqcs,
    .irqc_count = ARRAY_COUNT(irqcs),
};
