/* SPDX-License-Identifier: Apache-2.0 */
/* A source that several harts enable, on a controller with one target a source. */
#include <hyp/irq/one_target.h>

#include <hyp/base/bits.h>

HYP_COLD static void init_hart(void *state, uint32_t hart)
{
    const struct irqc *inner = &((struct one_target *)state)->inner;
    inner->ops->init_hart(inner->state, hart);
}

static struct irqc_claim claim(void *state, uint32_t hart)
{
    const struct irqc *inner = &((struct one_target *)state)->inner;
    return inner->ops->claim(inner->state, hart);
}

static void complete(void *state, uint32_t hart, uint32_t source)
{
    const struct irqc *inner = &((struct one_target *)state)->inner;
    inner->ops->complete(inner->state, hart, source);
}

static void set_enable(void *state, uint32_t hart, uint32_t source, bool enable)
{
    const struct one_target *one = state;
    const struct irqc *inner = &one->inner;
    if (source >= inner->source_count || hart >= HYP_HART_MAX) {
        return;
    }
    uint64_t others = one->harts[source] & ~BIT(hart);
    one->harts[source] = others | (enable ? BIT(hart) : 0);
    inner->ops->set_enable(inner->state, hart, source, enable);
    if (!enable && others != 0) {
        inner->ops->set_enable(inner->state, bits_first(others), source, true);
    }
}

static void refuse(void *state, uint32_t hart, uint32_t source)
{
    complete(state, hart, source);
    set_enable(state, hart, source, false);
}

static const struct irqc_ops ops = {
    .init_hart = init_hart,
    .claim = claim,
    .complete = complete,
    .set_enable = set_enable,
    .refuse = refuse,
};

struct irqc one_target_irqc(struct one_target *one)
{
    return (struct irqc){.ops = &ops, .state = one, .source_count = one->inner.source_count};
}
