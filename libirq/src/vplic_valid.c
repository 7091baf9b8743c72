/* SPDX-License-Identifier: Apache-2.0 */
/* The PLIC model's invariants. */
#include "vplic_priv.h"

static bool source_is_valid(const struct vplic *vplic, uint32_t source)
{
    const struct vplic_source *own = &vplic->sources[source];
    bool pending = (own->state & SOURCE_PENDING) != 0;
    bool claimed = (own->state & SOURCE_CLAIMED) != 0;
    bool phys_claimed = (own->state & SOURCE_PHYS_CLAIMED) != 0;
    bool owned = (own->state & SOURCE_OWNED) != 0;
    bool level = (own->state & SOURCE_LINE_HIGH) != 0;
    if ((pending && claimed) || (phys_claimed && (!owned || !(pending || claimed))) ||
        (level && !owned && !pending && !claimed) || own->priority > vplic->config.priority_max) {
        return false;
    }
    for (uint32_t p = 0; p <= vplic->config.priority_max; p++) {
        const uint64_t *row = vplic->rows + (size_t)p * vplic->word_count;
        bool there = (row[source / 64] & BIT(source % 64)) != 0;
        if (there != (pending && p == own->priority && vplic->lone_pending != source)) {
            return false;
        }
    }
    for (uint32_t c = 0; c < vplic->config.context_count; c++) {
        const struct vplic_context *context = &vplic->contexts[c];
        bool enabled = ((context->enable[source / 64] ^ context->deferred[source / 64]) &
                        BIT(source % 64)) != 0;
        if (context->vcpu != VPLIC_NO_VCPU &&
            enabled != ((own->targets & BIT(context->vcpu)) != 0)) {
            return false;
        }
    }
    return true;
}

static bool summary_is_valid(const struct vplic *vplic, const struct vplic_context *ctx)
{
    uint64_t levels = 0;
    for (uint32_t p = 0; p <= vplic->config.priority_max; p++) {
        const uint64_t *row = vplic->rows + (size_t)p * vplic->word_count;
        uint32_t words = 0;
        for (uint32_t w = 0; w < vplic->word_count; w++) {
            words |= (row[w] & ctx->enable[w]) != 0 ? 1u << w : 0;
        }
        levels |= words != 0 ? BIT(63 - p) : 0;
        if (words != ctx->words[p]) {
            return false;
        }
    }
    return levels == ctx->priorities;
}

/* Late words are those of the vCPUs that vplic->deferred names. */
static bool context_is_valid(const struct vplic *vplic, uint32_t context)
{
    const struct vplic_context *ctx = &vplic->contexts[context];
    uint64_t deferred = 0;
    for (uint32_t w = 0; w < vplic->word_count; w++) {
        deferred |= ctx->deferred[w];
    }
    bool has_vcpu = ctx->vcpu != VPLIC_NO_VCPU;
    bool may_be_deferred = has_vcpu && (vplic->deferred & BIT(ctx->vcpu)) != 0;
    return ctx->threshold <= vplic->config.priority_max && summary_is_valid(vplic, ctx) &&
           (deferred == 0 || may_be_deferred) &&
           (!has_vcpu || may_be_deferred ||
            vplic_signals(vplic, ctx) == ((vplic->external & BIT(ctx->vcpu)) != 0));
}

static bool lone_pending_is_valid(const struct vplic *vplic)
{
    return vplic->lone_pending == 0 ||
           (vplic->pending_in_rows == 0 && vplic->lone_pending < vplic->config.source_count &&
            (vplic->sources[vplic->lone_pending].state & SOURCE_PENDING) != 0);
}

bool vplic_is_valid(const struct vplic *vplic)
{
    if (!lone_pending_is_valid(vplic) ||
        (vplic->sources[0].state | vplic->sources[0].priority) != 0) {
        return false;
    }
    uint64_t pending = 0;
    for (uint32_t source = 1; source < vplic->config.source_count; source++) {
        pending += (vplic->sources[source].state & SOURCE_PENDING) != 0;
        if (!source_is_valid(vplic, source)) {
            return false;
        }
    }
    for (uint32_t c = 0; c < vplic->config.context_count; c++) {
        if (!context_is_valid(vplic, c)) {
            return false;
        }
    }
    return pending == vplic->pending_in_rows + (vplic->lone_pending != 0);
}
