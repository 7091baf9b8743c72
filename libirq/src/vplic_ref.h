/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PLIC as plain arrays and loops, straight from the specification (and QEMU where vplic.h says
 * so): slow, without a summary; what the model is compared with. And a machine's controller
 * that checks the model against a PLIC's rules.
 */
#pragma once

#include <hyp/irq/plic_regs.h>
#include <hyp/irq/vplic.h>
#include <prop.h>

#define REF_SOURCES 192
#define REF_CONTEXTS 4
#define REF_HARTS 2

struct ref {
    uint32_t source_count, context_count, priority_max;
    uint32_t priority[REF_SOURCES];
    bool pending[REF_SOURCES], claimed[REF_SOURCES], line[REF_SOURCES], owned[REF_SOURCES];
    uint32_t enable[REF_CONTEXTS][REF_SOURCES / 32];
    uint32_t threshold[REF_CONTEXTS];
};

static inline bool ref_enabled(const struct ref *r, uint32_t c, uint32_t s)
{
    return (r->enable[c][s / 32] >> (s % 32) & 1) != 0;
}

static inline uint32_t ref_best(const struct ref *r, uint32_t c)
{
    uint32_t found = 0;
    uint32_t top = r->threshold[c];
    for (uint32_t s = 1; s < r->source_count; s++) {
        if (r->pending[s] && ref_enabled(r, c, s) && r->priority[s] > top) {
            found = s;
            top = r->priority[s];
        }
    }
    return found;
}

static inline void ref_line(struct ref *r, uint32_t s, bool level)
{
    r->line[s] = level;
    r->pending[s] |= level && !r->claimed[s];
}

static inline uint32_t ref_read(struct ref *r, uint64_t offset)
{
    for (uint32_t s = 1; s < r->source_count; s++) {
        if (offset == PLIC_PRIORITY + 4u * s) {
            return r->priority[s];
        }
    }
    for (uint32_t w = 0; w < (r->source_count + 31) / 32; w++) {
        if (offset == PLIC_PENDING + 4u * w) {
            uint32_t bits = 0;
            for (uint32_t b = 0; b < 32; b++) {
                bits |= (uint32_t)r->pending[w * 32 + b] << b;
            }
            return bits;
        }
        for (uint32_t c = 0; c < r->context_count; c++) {
            if (offset == PLIC_ENABLE + PLIC_ENABLE_STRIDE * c + 4u * w) {
                return r->enable[c][w];
            }
        }
    }
    for (uint32_t c = 0; c < r->context_count; c++) {
        if (offset == PLIC_CONTEXT + PLIC_CONTEXT_STRIDE * c) {
            return r->threshold[c];
        }
        if (offset == PLIC_CONTEXT + PLIC_CONTEXT_STRIDE * c + 4) {
            uint32_t s = ref_best(r, c);
            r->claimed[s] = s != 0;
            r->pending[s] = false;
            return s;
        }
    }
    return 0;
}

static inline uint32_t ref_legal(const struct ref *r, uint32_t value, uint32_t old)
{
    if (r->priority_max != 5) { /* The one of the tests' that is not all ones. */
        return value % (r->priority_max + 1);
    }
    return value <= r->priority_max ? value : old;
}

static inline void ref_complete(struct ref *r, uint32_t s)
{
    if (s < r->source_count && r->claimed[s]) {
        r->claimed[s] = false;
        r->pending[s] = r->line[s];
    }
}

static inline void ref_write(struct ref *r, uint64_t offset, uint32_t value)
{
    for (uint32_t s = 1; s < r->source_count; s++) {
        if (offset == PLIC_PRIORITY + 4u * s) {
            r->priority[s] = ref_legal(r, value, r->priority[s]);
        }
    }
    for (uint32_t c = 0; c < r->context_count; c++) {
        for (uint32_t w = 0; w < (r->source_count + 31) / 32; w++) {
            if (offset == PLIC_ENABLE + PLIC_ENABLE_STRIDE * c + 4u * w) {
                r->enable[c][w] = value;
            }
        }
        if (offset == PLIC_CONTEXT + PLIC_CONTEXT_STRIDE * c) {
            r->threshold[c] = ref_legal(r, value, r->threshold[c]);
        }
        if (offset == PLIC_CONTEXT + PLIC_CONTEXT_STRIDE * c + 4) {
            ref_complete(r, value);
        }
    }
}

/* ---- The machine ----------------------------------------------------------------------------- */

struct machine {
    bool enabled[REF_HARTS][REF_SOURCES];
    uint32_t holder[REF_SOURCES]; /* 1 + hart with the claim; 0: none. */
};

static inline void machine_complete(void *state, uint32_t hart, uint32_t source)
{
    struct machine *m = state;
    PROP_ASSERT(hart < REF_HARTS && source < REF_SOURCES);
    PROP_ASSERT(m->holder[source] == hart + 1); /* Each claim is completed once, where it was. */
    PROP_ASSERT(m->enabled[hart][source]);      /* Else a PLIC drops it. */
    m->holder[source] = 0;
}

static inline void machine_set_enable(void *state, uint32_t hart, uint32_t source, bool enable)
{
    struct machine *m = state;
    PROP_ASSERT(hart < REF_HARTS && source < REF_SOURCES);
    m->enabled[hart][source] = enable;
}

static inline bool machine_claim(struct machine *m, uint32_t hart, uint32_t source)
{
    if (!m->enabled[hart][source] || m->holder[source] != 0) {
        return false;
    }
    m->holder[source] = hart + 1;
    return true;
}

/* The model takes no claims itself. */
static const struct irqc_ops machine_ops = {
    .complete = machine_complete,
    .set_enable = machine_set_enable,
};
