/* SPDX-License-Identifier: Apache-2.0 */
/* Any order of enables: a source goes to one of those that want it, and to nobody if none does. */
#include <hyp/base/bits.h>
#include <hyp/irq/one_target.h>
#include <prop.h>

#include <string.h>

#define SOURCES 3
#define HARTS 3
#define STEPS 6

static struct {
    uint32_t target[SOURCES]; /* The inner: one hart a source, and whether it is on. */
    bool on[SOURCES];
    uint32_t completed;
    uint32_t opened; /* Bit h: init_hart of hart h. */
} inner;

static void inner_init_hart(void *state, uint32_t hart)
{
    (void)state;
    inner.opened |= (uint32_t)BIT(hart);
}

static struct irqc_claim inner_claim(void *state, uint32_t hart)
{
    (void)state;
    return irqc_claim_of_source(hart + 1);
}

static void inner_complete(void *state, uint32_t hart, uint32_t source)
{
    (void)state;
    inner.completed = hart * SOURCES + source;
}

static void inner_set_enable(void *state, uint32_t hart, uint32_t source, bool enable)
{
    (void)state;
    PROP_ASSERT(source < SOURCES && hart < HARTS);
    if (enable) {
        inner.target[source] = hart;
        inner.on[source] = true;
    } else if (inner.target[source] == hart) {
        inner.on[source] = false;
    }
}

static const struct irqc_ops inner_ops = {.init_hart = inner_init_hart,
                                          .claim = inner_claim,
                                          .complete = inner_complete,
                                          .set_enable = inner_set_enable};

void prop_run(void)
{
    uint64_t harts[SOURCES] = {0};
    bool wants[SOURCES][HARTS] = {{false}};
    struct one_target one = {{&inner_ops, NULL, SOURCES}, harts};
    struct irqc irqc = one_target_irqc(&one);
    memset(&inner, 0, sizeof(inner));
    for (uint32_t hart = 0; hart < HARTS; hart++) {
        irqc.ops->init_hart(irqc.state, hart);
    }
    PROP_ASSERT(inner.opened == BIT(HARTS) - 1 && irqc.source_count == SOURCES);
    for (unsigned i = 0; i < STEPS; i++) {
        uint32_t source = (uint32_t)prop_u64(SOURCES + 1);
        uint32_t hart = (uint32_t)prop_u64(HARTS);
        bool enable = prop_bool();
        if (!enable && source < SOURCES && prop_bool()) {
            inner.completed = UINT32_MAX;
            irqc.ops->refuse(irqc.state, hart, source);
            PROP_ASSERT(inner.completed == hart * SOURCES + source);
        } else {
            irqc.ops->set_enable(irqc.state, hart, source, enable);
        }
        if (source < SOURCES) { /* Else nothing has changed, and nothing was touched. */
            wants[source][hart] = enable;
        }
        irqc.ops->set_enable(irqc.state, HYP_HART_MAX, 0, true);
        for (uint32_t s = 0; s < SOURCES; s++) {
            bool any = wants[s][0] || wants[s][1] || wants[s][2];
            PROP_ASSERT(inner.on[s] == any);
            PROP_ASSERT(!any || wants[s][inner.target[s]]);
        }
    }
    struct irqc_claim claim = irqc.ops->claim(irqc.state, 2);
    PROP_ASSERT(claim.kind == IRQC_CLAIM_SOURCE && claim.n == 3);
    irqc.ops->complete(irqc.state, 2, 1);
    PROP_ASSERT(inner.completed == 2 * SOURCES + 1);
}
