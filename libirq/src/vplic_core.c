/* SPDX-License-Identifier: Apache-2.0 */
/* The PLIC model's requests, claims and completions, and what the physical controller does. */
#include "vplic_priv.h"

#include <hyp/base/assert.h>
#include <stddef.h>

/* ---- Pending sources, by priority
 * ------------------------------------------------------------------- */

static inline uint64_t *row_of(const struct vplic *vplic, uint32_t priority)
{
    return vplic->rows + (size_t)priority * vplic->word_count;
}

/* Call after word `w` of a row or of the context's enables has changed. */
static inline void update_summary(const struct vplic *vplic, struct vplic_context *ctx,
                                  uint32_t priority, uint64_t w)
{
    bool some = (row_of(vplic, priority)[w] & ctx->enable[w]) != 0;
    uint32_t words = (ctx->words[priority] & ~(1u << w)) | (uint32_t)some << w;
    uint64_t bit = BIT(63 - priority);
    ctx->words[priority] = (uint16_t)words;
    ctx->priorities = words != 0 ? ctx->priorities | bit : ctx->priorities & ~bit;
}

/* Enters the source into the row of its priority, or removes it. */
static void row_toggle(struct vplic *vplic, uint64_t source)
{
    uint32_t priority = vplic->sources[source].priority;
    row_of(vplic, priority)[source / 64] ^= BIT(source % 64);
    for (uint32_t c = 0; c < vplic->config.context_count; c++) {
        update_summary(vplic, &vplic->contexts[c], priority, source / 64);
    }
}

static void row_add(struct vplic *vplic, uint64_t source)
{
    vplic->pending_in_rows++;
    row_toggle(vplic, source);
}

static inline void row_remove(struct vplic *vplic, uint64_t source)
{
    vplic->pending_in_rows--;
    row_toggle(vplic, source);
}

static inline void pending_add(struct vplic *vplic, uint64_t source)
{
    if ((vplic->lone_pending | vplic->pending_in_rows) == 0) {
        vplic->lone_pending = source;
        return;
    }
    if (vplic->lone_pending != 0) {
        row_add(vplic, vplic->lone_pending);
        vplic->lone_pending = 0;
    }
    row_add(vplic, source);
}

static inline void pending_remove(struct vplic *vplic, uint64_t source)
{
    if (vplic->lone_pending != 0) {
        vplic->lone_pending = 0;
    } else {
        row_remove(vplic, source);
    }
}

static uint64_t best_of_rows(const struct vplic *vplic, const struct vplic_context *ctx)
{
    /* Priorities above the threshold are the bits below 63 - threshold. */
    uint64_t above = ctx->priorities & (BIT(63 - ctx->threshold) - 1);
    if (above == 0) {
        return 0;
    }
    uint32_t priority = 63 - lowest_bit(above);
    uint64_t w = lowest_bit(ctx->words[priority]);
    return w * 64 + lowest_bit(row_of(vplic, priority)[w] & ctx->enable[w]);
}

bool vplic_signals(const struct vplic *vplic, const struct vplic_context *ctx)
{
    uint64_t source = vplic->lone_pending;
    return source != 0 ? vplic_is_deliverable(ctx, source, &vplic->sources[source])
                       : best_of_rows(vplic, ctx) != 0;
}

uint32_t vplic_read_pending(const struct vplic *vplic, uint32_t reg)
{
    uint32_t w = reg / 2;
    uint64_t word = vplic->lone_pending != 0 && vplic->lone_pending / 64 == w
                        ? BIT(vplic->lone_pending % 64)
                        : 0;
    for (uint32_t priority = 0; priority <= vplic->config.priority_max; priority++) {
        word |= row_of(vplic, priority)[w];
    }
    return bitmap_reg(word, reg);
}

/* ---- External interrupts --------------------------------------------------------------------- */

/* Computes the external interrupts of these vCPUs anew. */
static void update_external(struct vplic *vplic, uint64_t vcpus)
{
    for (; vcpus != 0; vcpus &= vcpus - 1) {
        uint32_t vcpu = lowest_bit(vcpus);
        bool level = vplic_signals(vplic, &vplic->contexts[vplic->context_of_vcpu[vcpu]]);
        if (level != ((vplic->external & BIT(vcpu)) != 0)) {
            vplic_set_external(vplic, vcpu, level);
        }
    }
}

/* Makes the source pending. The external interrupts of its targets can only rise. */
static void request(struct vplic *vplic, uint64_t source, struct vplic_source *src)
{
    src->state |= SOURCE_PENDING;
    pending_add(vplic, source);
    for (uint64_t low = src->targets & ~vplic->external; low != 0; low &= low - 1) {
        uint32_t vcpu = lowest_bit(low);
        if (src->priority > vplic->contexts[vplic->context_of_vcpu[vcpu]].threshold) {
            vplic_set_external(vplic, vcpu, true);
        }
    }
}

/* ---- The physical controller ----------------------------------------------------------------- */

static void phys_set_enable(const struct vplic *vplic, uint32_t hart, uint32_t source, bool enable)
{
    const struct irqc *irqc = vplic->config.irqc;
    irqc->ops->set_enable(irqc->state, hart, source, enable);
}

static inline void complete_phys(struct vplic *vplic, uint64_t source, struct vplic_source *src)
{
    src->state &= (uint8_t)~SOURCE_PHYS_CLAIMED;
    vplic_phys_complete(vplic, src->hart, (uint32_t)source);
    if (!vplic_is_enabled_on(vplic, src, src->hart)) {
        phys_set_enable(vplic, src->hart, (uint32_t)source, false);
    }
}

static void refuse_phys_irq(const struct vplic *vplic, uint32_t source, uint32_t hart)
{
    HYP_REQUIRE(vplic->config.irqc != NULL);
    /* Another hart can have disabled it meanwhile, and a PLIC drops completions of disabled
     * sources.
     */
    phys_set_enable(vplic, hart, source, true);
    vplic_phys_complete(vplic, hart, source);
    phys_set_enable(vplic, hart, source, false);
}

void vplic_handle_any_phys_irq(struct vplic *vplic, uint32_t source, uint32_t hart)
{
    if (source >= vplic->config.source_count || vplic->vm_stopped ||
        (vplic->sources[source].state & SOURCE_OWNED) == 0) {
        refuse_phys_irq(vplic, source, hart);
        return;
    }
    struct vplic_source *src = &vplic->sources[source];
    if ((src->state & SOURCE_PHYS_CLAIMED) != 0) {
        return; /* A PLIC does not let a source be claimed twice. */
    }
    src->hart = (uint8_t)hart;
    src->state |= SOURCE_PHYS_CLAIMED;
    if (!vplic_is_enabled_on(vplic, src, hart)) {
        /* The guest disabled it between the physical claim and now. */
        phys_set_enable(vplic, hart, source, true);
    }
    request(vplic, source, src);
}

/* ---- Registers ------------------------------------------------------------------------------- */

uint32_t vplic_claim(struct vplic *vplic, uint32_t context)
{
    const struct vplic_context *ctx = &vplic->contexts[context];
    if (!vplic_signals(vplic, ctx)) {
        return 0;
    }
    uint64_t source = vplic->lone_pending != 0 ? vplic->lone_pending : best_of_rows(vplic, ctx);
    struct vplic_source *src = &vplic->sources[source];
    src->state ^= SOURCE_PENDING | SOURCE_CLAIMED;
    pending_remove(vplic, source);
    update_external(vplic, src->targets & vplic->external);
    return (uint32_t)source;
}

void vplic_complete(struct vplic *vplic, uint32_t source)
{
    struct vplic_source *src = &vplic->sources[source];
    if ((src->state & SOURCE_CLAIMED) == 0) {
        return;
    }
    src->state &= (uint8_t)~SOURCE_CLAIMED;
    if ((src->state & SOURCE_PHYS_CLAIMED) != 0) {
        complete_phys(vplic, source, src);
    } else if ((src->state & SOURCE_LINE_HIGH) != 0) {
        request(vplic, source, src);
    }
}

/* QEMU keeps the low bits if the highest value is all ones, and else ignores a higher value. */
static uint32_t legal_priority(const struct vplic *vplic, uint32_t value, uint32_t old)
{
    uint32_t max = vplic->config.priority_max;
    if ((max & (max + 1)) == 0) {
        return value & max;
    }
    return value <= max ? value : old;
}

void vplic_write_threshold(struct vplic *vplic, uint32_t context, uint32_t value)
{
    struct vplic_context *ctx = &vplic->contexts[context];
    ctx->threshold = legal_priority(vplic, value, ctx->threshold);
    if (ctx->vcpu != VPLIC_NO_VCPU) {
        update_external(vplic, BIT(ctx->vcpu));
    }
}

void vplic_write_priority(struct vplic *vplic, uint32_t source, uint32_t value)
{
    struct vplic_source *src = &vplic->sources[source];
    uint8_t priority = (uint8_t)legal_priority(vplic, value, src->priority);
    if ((src->state & SOURCE_PENDING) == 0) {
        src->priority = priority;
        return;
    }
    bool in_row = vplic->lone_pending == 0;
    if (in_row) {
        row_toggle(vplic, source);
    }
    src->priority = priority;
    if (in_row) {
        row_toggle(vplic, source);
    }
    update_external(vplic, src->targets);
}

/* Applies a changed enable of a vCPU's context. Returns its share of WORK_PER_CALL. */
static uint32_t apply_enable(struct vplic *vplic, uint32_t vcpu, uint32_t source)
{
    struct vplic_source *src = &vplic->sources[source];
    uint32_t hart = vplic->config.hart[vcpu];
    bool claimed = (src->state & SOURCE_PHYS_CLAIMED) != 0 && src->hart == hart;
    src->targets ^= BIT(vcpu);
    if ((src->state & SOURCE_OWNED) == 0 || claimed || vplic->vm_stopped) {
        return 1;
    }
    phys_set_enable(vplic, hart, source, (src->targets & BIT(vcpu)) != 0);
    return WORK_PHYSICAL;
}

/* Applies deferred enables of word `w`, WORK_PER_CALL at most. True: none is left in the word. */
static bool apply_enables(struct vplic *vplic, struct vplic_context *ctx, uint32_t w)
{
    uint64_t deferred = ctx->deferred[w];
    for (uint32_t done = 0; deferred != 0 && done < WORK_PER_CALL; deferred &= deferred - 1) {
        uint32_t source = w * 64 + lowest_bit(deferred);
        if (source != 0 && source < vplic->config.source_count) {
            done += apply_enable(vplic, ctx->vcpu, source);
        }
    }
    ctx->deferred[w] = deferred;
    update_external(vplic, BIT(ctx->vcpu));
    return deferred == 0;
}

HYP_COLD enum vdev_result vplic_run_deferred(void *state)
{
    struct vplic *vplic = state;
    if (vplic->deferred == 0) {
        return VDEV_OK;
    }
    uint64_t vcpu = lowest_bit(vplic->deferred);
    struct vplic_context *ctx = &vplic->contexts[vplic->context_of_vcpu[vcpu]];
    uint32_t w = 0;
    while (w < vplic->word_count && ctx->deferred[w] == 0) {
        w++;
    }
    bool done = w == vplic->word_count;
    if (done) {
        /* Another hart has written the enables back. */
        update_external(vplic, BIT(vcpu));
    } else {
        done = apply_enables(vplic, ctx, w);
    }
    for (; done && w < vplic->word_count; w++) {
        done = ctx->deferred[w] == 0;
    }
    if (done) {
        vplic->deferred &= ~BIT(vcpu);
    }
    return vplic->deferred != 0 ? VDEV_MORE : VDEV_OK;
}

void vplic_write_enables(struct vplic *vplic, uint32_t context, uint32_t reg, uint32_t value)
{
    struct vplic_context *ctx = &vplic->contexts[context];
    uint32_t w = reg / 2;
    uint64_t changed = bitmap_word(reg, bitmap_reg(ctx->enable[w], reg) ^ value);
    /* Linux clears enables that are clear already, one by one. */
    if (changed == 0) {
        return;
    }
    ctx->enable[w] ^= changed;
    for (uint32_t p = 0; vplic->pending_in_rows != 0 && p <= vplic->config.priority_max; p++) {
        update_summary(vplic, ctx, p, w);
    }
    if (ctx->vcpu != VPLIC_NO_VCPU) {
        ctx->deferred[w] ^= changed;
        vplic->deferred |= BIT(ctx->vcpu);
    }
}

/* ---- Lines, owned sources, the VM's end ------------------------------------------------------ */

static void line_set(void *controller, uint32_t source, bool level)
{
    struct vplic *vplic = controller;
    if (source == 0 || source >= vplic->config.source_count) {
        return;
    }
    struct vplic_source *src = &vplic->sources[source];
    if ((src->state & SOURCE_OWNED) != 0) {
        return;
    }
    if (!level) {
        src->state &= (uint8_t)~SOURCE_LINE_HIGH;
        return;
    }
    src->state |= SOURCE_LINE_HIGH;
    if ((src->state & (SOURCE_PENDING | SOURCE_CLAIMED)) == 0) {
        request(vplic, source, src);
    }
}

struct irq_line vplic_line(struct vplic *vplic, uint32_t source)
{
    return (struct irq_line){.set = line_set, .controller = vplic, .source = source};
}

HYP_COLD enum hyp_status vplic_own(struct vplic *vplic, uint32_t source)
{
    if (source == 0 || source >= vplic->config.source_count) {
        return HYP_E_RANGE;
    }
    if (vplic->config.irqc == 0 || source >= vplic->config.irqc->source_count) {
        return HYP_E_UNSUPPORTED;
    }
    vplic->sources[source].state |= SOURCE_OWNED;
    return HYP_OK;
}

HYP_COLD void vplic_stop(struct vplic *vplic)
{
    for (uint32_t source = 1; source < vplic->config.source_count && !vplic->vm_stopped; source++) {
        struct vplic_source *src = &vplic->sources[source];
        if ((src->state & SOURCE_PHYS_CLAIMED) != 0) {
            complete_phys(vplic, source, src);
        }
        if ((src->state & SOURCE_OWNED) == 0) {
            continue;
        }
        for (uint64_t targets = src->targets; targets != 0; targets &= targets - 1) {
            phys_set_enable(vplic, vplic->config.hart[lowest_bit(targets)], source, false);
        }
    }
    vplic->vm_stopped = true;
}
