/* SPDX-License-Identifier: Apache-2.0 */
/* The PLIC model: its register window, its set-up. */
#include <hyp/irq/vplic.h>

#include <stddef.h>

#include "vplic_priv.h"

_Static_assert(VPLIC_SIZE == PLIC_SIZE, "the model answers for the whole register window");
_Static_assert(VPLIC_PRIORITY_MAX < 63, "a priority and a threshold are bits of one word");
_Static_assert(sizeof(struct vplic_source) == 16, "an index is a shift");

/* ---- Register window ------------------------------------------------------------------------- */

struct position {
    uint32_t context; /* Position in an array of contexts. */
    uint32_t index;   /* Position in an array of registers. */
};

/* The register at `offset`; of an array its first one, with the position in the array. */
static uint64_t register_at(uint64_t offset, struct position *at)
{
    at->context = 0;
    at->index = offset % 0x1000 / 4;
    if (offset >= PLIC_CONTEXT) {
        at->context = (uint32_t)((offset - PLIC_CONTEXT) / PLIC_CONTEXT_STRIDE);
        return PLIC_CONTEXT + offset % PLIC_CONTEXT_STRIDE;
    }
    if (offset >= PLIC_ENABLE) {
        at->context = (uint32_t)((offset - PLIC_ENABLE) / PLIC_ENABLE_STRIDE);
        at->index = offset % PLIC_ENABLE_STRIDE / 4;
        return PLIC_ENABLE;
    }
    return offset >= PLIC_PENDING ? PLIC_PENDING : PLIC_PRIORITY;
}

static enum vdev_result read_register(void *state, uint64_t offset, uint64_t *value)
{
    struct vplic *vplic = state;
    struct position at;
    uint64_t reg = register_at(offset, &at);
    *value = 0;
    if (at.context >= vplic->config.context_count) {
        return VDEV_OK;
    }
    struct vplic_context *ctx = &vplic->contexts[at.context];
    switch (reg) {
    case PLIC_PRIORITY:
        *value = at.index < vplic->config.source_count ? vplic->sources[at.index].priority : 0;
        break;
    case PLIC_PENDING:
        *value = at.index < vplic->reg_count ? vplic_read_pending(vplic, at.index) : 0;
        break;
    case PLIC_ENABLE:
        *value = at.index < vplic->reg_count ? bitmap_reg(ctx->enable[at.index / 2], at.index) : 0;
        break;
    case PLIC_CONTEXT + PLIC_THRESHOLD: *value = ctx->threshold; break;
    case PLIC_CONTEXT + PLIC_CLAIM: *value = vplic_claim(vplic, at.context); break;
    default: break;
    }
    return VDEV_OK;
}

static void write_register(void *state, uint64_t offset, uint32_t value)
{
    struct vplic *vplic = state;
    struct position at;
    uint64_t reg = register_at(offset, &at);
    if (at.context >= vplic->config.context_count) {
        return;
    }
    switch (reg) {
    case PLIC_PRIORITY:
        if (at.index != 0 && at.index < vplic->config.source_count) {
            vplic_write_priority(vplic, at.index, value);
        }
        break;
    case PLIC_ENABLE:
        if (at.index < vplic->reg_count) {
            vplic_write_enables(vplic, at.context, at.index, value);
        }
        break;
    case PLIC_CONTEXT + PLIC_THRESHOLD: vplic_write_threshold(vplic, at.context, value); break;
    case PLIC_CONTEXT + PLIC_CLAIM:
        if (value < vplic->config.source_count) {
            vplic_complete(vplic, value);
        }
        break;
    default: break;
    }
}

static const struct reg_window window = {
    .size = PLIC_SIZE, .read = read_register, .write = write_register, .more = vplic_run_deferred};

enum vdev_result vplic_read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    return reg_window_read(&window, state, offset, size, value);
}

enum vdev_result vplic_write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    return reg_window_write(&window, state, offset, size, value);
}

/* ---- Set-up ---------------------------------------------------------------------------------- */

HYP_COLD uint64_t vplic_storage_size(uint32_t source_count, uint32_t context_count)
{
    uint32_t words = bitmap_words(source_count);
    return sizeof(uint64_t) * words * (VPLIC_PRIORITY_MAX + 1 + 2 * context_count) +
           sizeof(struct vplic_source) * source_count +
           sizeof(struct vplic_context) * context_count;
}

static bool config_is_valid(const struct vplic_config *c)
{
    return c->source_count >= 2 && c->source_count <= PLIC_SOURCE_MAX && c->context_count >= 1 &&
           c->context_count <= VPLIC_CONTEXT_MAX && c->priority_max >= 1 &&
           c->priority_max <= VPLIC_PRIORITY_MAX;
}

/* Enters the context's vCPU, if any, into the tables between contexts, vCPUs and harts. */
static bool bind(struct vplic *vplic, uint32_t context)
{
    uint32_t vcpu = vplic->config.vcpu[context];
    vplic->contexts[context].vcpu = vcpu;
    if (vcpu == VPLIC_NO_VCPU) {
        return true;
    }
    if (vcpu >= HYP_HART_MAX || vplic->context_of_vcpu[vcpu] != UINT8_MAX) {
        return false;
    }
    uint32_t hart = vplic->config.hart[vcpu];
    if (hart >= HYP_HART_MAX || vplic->vcpu_of_hart[hart] != VPLIC_NO_VCPU) {
        return false;
    }
    vplic->context_of_vcpu[vcpu] = (uint8_t)context;
    vplic->vcpu_of_hart[hart] = (uint8_t)vcpu;
    return true;
}

HYP_COLD enum hyp_status vplic_init(struct vplic *vplic, const struct vplic_config *config,
                                    void *storage)
{
    if (!config_is_valid(config)) {
        return HYP_E_PARAM;
    }
    uint32_t words = bitmap_words(config->source_count);
    *vplic = (struct vplic){
        .config = *config,
        .sources = storage,
        .word_count = words,
        .reg_count = (config->source_count + 31) / 32,
    };
    vplic->contexts = (struct vplic_context *)(vplic->sources + config->source_count);
    vplic->rows = (uint64_t *)(vplic->contexts + config->context_count);
    for (uint32_t i = 0; i < HYP_HART_MAX; i++) {
        vplic->context_of_vcpu[i] = UINT8_MAX;
        vplic->vcpu_of_hart[i] = VPLIC_NO_VCPU;
    }
    uint64_t *enables = vplic->rows + (VPLIC_PRIORITY_MAX + 1) * words;
    for (uint32_t c = 0; c < config->context_count; c++) {
        vplic->contexts[c].enable = enables + 2 * c * words;
        vplic->contexts[c].deferred = vplic->contexts[c].enable + words;
        if (!bind(vplic, c)) {
            return HYP_E_PARAM;
        }
    }
    vplic->config.vcpu = NULL;
    return HYP_OK;
}
