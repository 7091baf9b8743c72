/* SPDX-License-Identifier: Apache-2.0 */
/* The PLIC driver. */
#include <hyp/irq/plic.h>

#include <hyp/base/assert.h>
#include <hyp/irq/plic_regs.h>

static inline bool has_context(const struct plic *plic, uint32_t hart)
{
    return hart < plic->hart_count && plic->context[hart] != PLIC_NO_CONTEXT;
}

static inline uintptr_t context_at(const struct plic *plic, uint32_t hart)
{
    HYP_REQUIRE(has_context(plic, hart));
    return PLIC_CONTEXT + (uintptr_t)plic->context[hart] * PLIC_CONTEXT_STRIDE;
}

static struct irqc_claim claim(void *state, uint32_t hart)
{
    const struct plic *plic = state;
    return irqc_claim_of_source(
        has_context(plic, hart) ? mmio_read32(plic->regs, context_at(plic, hart) + PLIC_CLAIM) : 0);
}

static void complete(void *state, uint32_t hart, uint32_t source)
{
    const struct plic *plic = state;
    mmio_write32(plic->regs, context_at(plic, hart) + PLIC_CLAIM, source);
}

static void set_enable(void *state, uint32_t hart, uint32_t source, bool enable)
{
    struct plic *plic = state;
    if (source == 0 || source >= plic->source_count || !has_context(plic, hart)) {
        return;
    }
    uintptr_t context = plic->context[hart];
    uintptr_t at = PLIC_ENABLE + context * PLIC_ENABLE_STRIDE + (uintptr_t)(source / 32) * 4;
    uint32_t bit = (uint32_t)1 << (source % 32);
    spinlock_lock(&plic->lock[hart]);
    uint32_t word = mmio_read32(plic->regs, at);
    mmio_write32(plic->regs, at, enable ? word | bit : word & ~bit);
    spinlock_unlock(&plic->lock[hart]);
    /* QEMU's PLIC delivers a source that was pending before only when another register is written.
     */
    mmio_write32(plic->regs, PLIC_CONTEXT + context * PLIC_CONTEXT_STRIDE + PLIC_THRESHOLD, 0);
}

/* A PLIC drops the completion of a disabled source, and the guest may have disabled it. */
static void refuse(void *state, uint32_t hart, uint32_t source)
{
    set_enable(state, hart, source, true);
    complete(state, hart, source);
    set_enable(state, hart, source, false);
}

static bool contexts_are_valid(const uint32_t *context, uint32_t hart_count)
{
    for (uint32_t h = 0; h < hart_count; h++) {
        if (context[h] != PLIC_NO_CONTEXT && context[h] >= PLIC_CONTEXT_MAX) {
            return false;
        }
    }
    return true;
}

HYP_COLD static void write_enables(const struct plic *plic, uint32_t hart, uint32_t value)
{
    uintptr_t enables = PLIC_ENABLE + (uintptr_t)plic->context[hart] * PLIC_ENABLE_STRIDE;
    for (uint32_t word = 0; word * 32 < plic->source_count; word++) {
        mmio_write32(plic->regs, enables + (uintptr_t)word * 4, value);
    }
}

HYP_COLD static void init_hart(void *state, uint32_t hart)
{
    const struct plic *plic = state;
    if (!has_context(plic, hart)) {
        return;
    }
    write_enables(plic, hart, 0);
    mmio_write32(plic->regs, context_at(plic, hart) + PLIC_THRESHOLD, 0);
}

/*
 * A source that earlier software has claimed and not completed would never interrupt again. A
 * completion works for sources that the context enables, whichever context has claimed them.
 */
HYP_COLD static void complete_all(const struct plic *plic)
{
    uint32_t hart = 0;
    while (hart < plic->hart_count && !has_context(plic, hart)) {
        hart++;
    }
    if (hart == plic->hart_count) {
        return;
    }
    uintptr_t context = context_at(plic, hart);
    mmio_write32(plic->regs, context + PLIC_THRESHOLD, UINT32_MAX); /* Nothing interrupts. */
    write_enables(plic, hart, UINT32_MAX);
    for (uint32_t s = 1; s < plic->source_count; s++) {
        mmio_write32(plic->regs, context + PLIC_CLAIM, s);
    }
    write_enables(plic, hart, 0);
}

HYP_COLD enum hyp_status plic_init(struct plic *plic, mmio_t regs, const uint32_t *context,
                                   uint32_t hart_count, uint32_t source_count)
{
    if (source_count < 2 || source_count > PLIC_SOURCE_MAX || hart_count > HYP_HART_MAX ||
        !contexts_are_valid(context, hart_count)) {
        return HYP_E_PARAM;
    }
    *plic = (struct plic){
        .regs = regs,
        .context = context,
        .hart_count = hart_count,
        .source_count = source_count,
    };
    for (uint32_t s = 1; s < source_count; s++) {
        mmio_write32(regs, PLIC_PRIORITY + (uintptr_t)s * 4, 1);
    }
    complete_all(plic);
    return HYP_OK;
}

static const struct irqc_ops ops = {
    .init_hart = init_hart,
    .claim = claim,
    .complete = complete,
    .set_enable = set_enable,
    .refuse = refuse,
};

HYP_COLD struct irqc plic_irqc(struct plic *plic)
{
    return (struct irqc){.ops = &ops, .state = plic, .source_count = plic->source_count};
}
