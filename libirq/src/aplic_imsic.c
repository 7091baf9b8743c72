/* SPDX-License-Identifier: Apache-2.0 */
/* An APLIC's sources as identities of the harts' S-level interrupt files. */
#include <hyp/irq/aplic_imsic.h>

#include <hyp/base/assert.h>
#include <hyp/irq/aplic_regs.h>

static bool has_hart(const struct aplic *a, uint32_t hart)
{
    return hart < a->hart_count && a->hart_index[hart] != APLIC_NO_HART;
}

HYP_COLD static void init_hart(void *state, uint32_t hart)
{
    const struct aplic_imsic *a = state;
    if (!has_hart(&a->aplic, hart)) {
        return;
    }
    imsic_init_hart(a->id_max);
    for (uint32_t source = 1; source < a->aplic.source_count; source++) {
        imsic_enable(aplic_imsic_id(a, source), true); /* The APLIC's enables decide. */
    }
}

static struct irqc_claim claim(void *state, uint32_t hart)
{
    const struct aplic_imsic *a = state;
    uint32_t id = imsic_claim();
    (void)hart;
    if (id == 0 || id > a->id_base) {
        return irqc_claim_of_source(id == 0 ? 0 : id - a->id_base);
    }
    return (struct irqc_claim){IRQC_CLAIM_IPI, id};
}

static void complete(void *state, uint32_t hart, uint32_t source)
{
    const struct aplic_imsic *a = state;
    (void)hart;
    /* Sends again if the input is still high; has no effect if it is low. */
    if (aplic_is_level(&a->aplic, source)) {
        aplic_set_pending(&a->aplic, source, true);
    }
}

static void set_enable(void *state, uint32_t hart, uint32_t source, bool enable)
{
    const struct aplic_imsic *a = state;
    if (!has_hart(&a->aplic, hart)) {
        return;
    }
    if (enable) {
        aplic_route(&a->aplic, source, hart, 0, aplic_imsic_id(a, source));
        aplic_set_enable(&a->aplic, source, true);
    } else if (aplic_is_for(&a->aplic, source, hart)) {
        aplic_set_enable(&a->aplic, source, false);
    }
}

/* Disables the source: a level that is high would send again and again. */
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

struct irqc aplic_imsic_irqc(struct aplic_imsic *a)
{
    bool fits = a->aplic.msi && aplic_imsic_id(a, a->aplic.source_count - 1) <= a->id_max;
    HYP_REQUIRE(fits);
    return (struct irqc){.ops = &ops, .state = a, .source_count = a->aplic.source_count};
}
