/* SPDX-License-Identifier: Apache-2.0 */
/* The PLIC driver. */
#include <hyp/irq/plic.h>

#include "plic_regs.h"

static uintptr_t context_at(const struct plic *p, uint32_t hart)
{
    return PLIC_CONTEXT + (uintptr_t)p->context[hart] * PLIC_CONTEXT_STRIDE;
}

static uint32_t claim(void *state, uint32_t hart)
{
    struct plic *p = state;
    return mmio_read32(p->regs, context_at(p, hart) + PLIC_CLAIM);
}

static void complete(void *state, uint32_t hart, uint32_t source)
{
    struct plic *p = state;
    mmio_write32(p->regs, context_at(p, hart) + PLIC_CLAIM, source);
}

static void set_enable(void *state, uint32_t hart, uint32_t source, bool enable)
{
    struct plic *p = state;
    if (source == 0 || source >= p->source_count || p->context[hart] == PLIC_NO_CONTEXT) {
        return;
    }
    uintptr_t at = PLIC_ENABLE + (uintptr_t)p->context[hart] * PLIC_ENABLE_STRIDE + source / 32 * 4;
    uint32_t bit = 1u << (source % 32);
    spinlock_lock(&p->lock);
    uint32_t word = mmio_read32(p->regs, at);
    mmio_write32(p->regs, at, enable ? word | bit : word & ~bit);
    spinlock_unlock(&p->lock);
}

enum hyp_status plic_init(struct plic *plic, mmio_t regs, const uint32_t *context,
                          uint32_t hart_count, uint32_t source_count)
{
    if (source_count < 2 || source_count > 1024) {
        return HYP_E_PARAM;
    }
    *plic = (struct plic){
        .regs = regs,
        .context = context,
        .hart_count = hart_count,
        .source_count = source_count,
    };
    for (uint32_t h = 0; h < hart_count; h++) {
        if (context[h] == PLIC_NO_CONTEXT) {
            continue;
        }
        for (uint32_t word = 0; word * 32 < source_count; word++) {
            mmio_write32(regs,
                         PLIC_ENABLE + (uintptr_t)context[h] * PLIC_ENABLE_STRIDE + word * 4, 0);
        }
        mmio_write32(regs, context_at(plic, h) + PLIC_THRESHOLD, 0);
    }
    for (uint32_t s = 1; s < source_count; s++) {
        mmio_write32(regs, (uintptr_t)s * 4, 1);
    }
    return HYP_OK;
}

static const struct irqc_ops ops = {.claim = claim, .complete = complete, .set_enable = set_enable};

struct irqc plic_irqc(struct plic *plic)
{
    return (struct irqc){.ops = &ops, .state = plic, .source_count = plic->source_count};
}
