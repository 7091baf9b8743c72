/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupt lines between models, and the physical controller as an interface.
 *
 * An irq_line is a wire into a virtual interrupt controller: a virtual UART
 * drives one without knowing which controller is at its other end.
 *
 * Locks   A line is driven with the lock of the VM that owns it held.
 */
#pragma once

#include <hyp/base/types.h>

struct irq_line {
    /* Level-triggered: true raises, false lowers; driving the same level again is harmless. */
    void (*set)(void *controller, uint32_t source, bool level);
    void *controller;
    uint32_t source;
};

static inline void irq_line_set(const struct irq_line *line, bool level)
{
    line->set(line->controller, line->source, level);
}

/* The result of a claim. */
enum irqc_claim_kind {
    IRQC_CLAIM_NONE,   /* Nothing: spurious, or another context was faster. */
    IRQC_CLAIM_IPI,    /* A message of another hart, which its claim has ended. */
    IRQC_CLAIM_SOURCE, /* A source, which is to be completed. */
};

struct irqc_claim {
    uint32_t kind; /* enum irqc_claim_kind */
    uint32_t n;    /* The source; the identity of an IPI's message. */
};

/*
 * The physical interrupt controller, as the hypervisor's interrupt entry and a
 * VM's virtual controller use it. `hart` is a dense hart index (not a hart id).
 */
struct irqc_ops {
    /*
     * On `hart` itself, once firmware has started it and before it is counted on: none of its
     * sources is enabled, and what will be enabled comes. Firmware masks a hart that it starts.
     */
    void (*init_hart)(void *irqc, uint32_t hart);
    /* Takes the highest pending interrupt of this hart's context. */
    struct irqc_claim (*claim)(void *irqc, uint32_t hart);
    /* Ends what `hart` claimed; callable from any hart. */
    void (*complete)(void *irqc, uint32_t hart, uint32_t source);
    /* Lets `source` interrupt `hart`, or not. */
    void (*set_enable)(void *irqc, uint32_t hart, uint32_t source, bool enable);
    /*
     * Ends what `hart` claimed, and `source` interrupts this hart no more: complete() and
     * set_enable(false) in one, for a claim whose enable another hart may have changed meanwhile.
     */
    void (*refuse)(void *irqc, uint32_t hart, uint32_t source);
};

/* Makes a claim of a source's number, 0 for none. */
static inline struct irqc_claim irqc_claim_of_source(uint32_t source)
{
    return (struct irqc_claim){source != 0 ? IRQC_CLAIM_SOURCE : IRQC_CLAIM_NONE, source};
}

struct irqc {
    const struct irqc_ops *ops;
    void *state;
    uint32_t source_count; /* Sources are 1 .. source_count - 1. */
};
