/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupt lines between models, and the interface of a physical interrupt controller.
 *
 * An irq_line is an input of a virtual interrupt controller: a virtual UART drives one and does not
 * know which controller it belongs to.
 *
 * Locks   The caller that drives a line holds the lock of the VM that owns it.
 */
#pragma once

#include <hyp/base/types.h>

struct irq_line {
    /* Drives the line to a level. Driving the same level again has no effect. */
    void (*set)(void *controller, uint32_t source, bool level);
    void *controller;
    uint32_t source;
};

static inline void irq_line_set(const struct irq_line *line, bool level)
{
    line->set(line->controller, line->source, level);
}

/* Result of a claim. */
enum irqc_claim_kind {
    IRQC_CLAIM_NONE,   /* Spurious, or another context has claimed it. */
    IRQC_CLAIM_IPI,    /* An IPI of another hart; the claim has completed it. */
    IRQC_CLAIM_SOURCE, /* A source, which must be completed. */
};

struct irqc_claim {
    uint32_t kind; /* enum irqc_claim_kind */
    uint32_t n;    /* Number of the source, or interrupt identity of the IPI. */
};

/*
 * A physical interrupt controller, as the hypervisor's interrupt handler and the virtual
 * controllers of VMs use it. `hart` is a dense hart index (not a hart id).
 */
struct irqc_ops {
    /*
     * Initialises the controller for `hart`, on that hart, after the firmware has started it: no
     * source is enabled, and sources that are enabled later will interrupt it. The firmware may
     * have masked all interrupts of a hart that it starts.
     */
    void (*init_hart)(void *irqc, uint32_t hart);
    /* Claims the pending interrupt of the highest priority of this hart's context. */
    struct irqc_claim (*claim)(void *irqc, uint32_t hart);
    /* Completes an interrupt that `hart` has claimed; callable from any hart. */
    void (*complete)(void *irqc, uint32_t hart, uint32_t source);
    /* Enables or disables `source` for `hart`. */
    void (*set_enable)(void *irqc, uint32_t hart, uint32_t source, bool enable);
    /*
     * Completes an interrupt that `hart` has claimed, and disables `source` for this hart: for a
     * claim whose enable another hart may have changed meanwhile.
     */
    void (*refuse)(void *irqc, uint32_t hart, uint32_t source);
};

/* Makes a claim from the number of a source; 0: none. */
static inline struct irqc_claim irqc_claim_of_source(uint32_t source)
{
    return (struct irqc_claim){source != 0 ? IRQC_CLAIM_SOURCE : IRQC_CLAIM_NONE, source};
}

struct irqc {
    const struct irqc_ops *ops;
    void *state;
    uint32_t source_count; /* Sources are 1 .. source_count - 1. */
};
