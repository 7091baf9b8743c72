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
    /* Takes the highest pending source of this hart's context; 0 = none (spurious). */
    uint32_t (*claim)(void *irqc, uint32_t hart);
    /* Ends what `hart` claimed; callable from any hart. */
    void (*complete)(void *irqc, uint32_t hart, uint32_t source);
    /* Lets `source` interrupt `hart`, or not. */
    void (*set_enable)(void *irqc, uint32_t hart, uint32_t source, bool enable);
};

struct irqc {
    const struct irqc_ops *ops;
    void *state;
    uint32_t source_count; /* Sources are 1 .. source_count - 1. */
};
