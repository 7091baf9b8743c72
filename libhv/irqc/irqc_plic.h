/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PLIC: the machine's as a driver, a VM's as a model. Its row: {&irqc_plic, the state,
 * HYP_IRQC_PLIC}.
 */
#pragma once

#include <hyp/irq/plic.h>

#include "libhv/irqc/irqc.h"

struct irqc_plic {
    struct plic chip;
};

extern const struct irqc_driver irqc_plic; /* State: struct irqc_plic. */
extern const struct virqc_ops virq_plic;   /* Maker: struct hv_irqc. */
