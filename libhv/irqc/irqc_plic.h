/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PLIC: the driver of the physical one, and the model of a VM's. The driver's row:
 * {&irqc_plic, its state, HYP_IRQC_PLIC}.
 */
#pragma once

#include <hyp/irq/plic.h>

#include "libhv/irqc/irqc.h"

struct irqc_plic {
    struct plic plic;
};

extern const struct irqc_driver irqc_plic; /* State: struct irqc_plic. */
extern const struct virqc_ops virq_plic;   /* create() takes a struct hv_irqc. */
