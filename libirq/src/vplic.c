/* SPDX-License-Identifier: Apache-2.0 */
/* The PLIC model. */
#include <hyp/irq/vplic.h>

#include <hyp/base/bits.h>

#include "plic_regs.h"

_Static_assert(VPLIC_SIZE == PLIC_SIZE, "the model answers for the whole chip");

static bool test(const uint64_t *set, uint32_t n)
{
    return (set[n / 64] & BIT(n % 64)) != 0;
}

static void assign(uint64_t *set, uint32_t n, bool value)
{
    uint64_t bit = BIT(n % 64);
    set[n / 64] = value ? set[n / 64] | bit : set[n / 64] & ~bit;
}

static uint64_t *enable_of(const struct vplic *v, uint32_t context)
{
    return v->enable + (uint64_t)context * v->word_count;
}

static void set_pending(struct vplic *v, uint32_t source, bool value)
{
    uint32_t word = source / 64;
    assign(v->pending, source, value);
    v->pending_words =
        v->pending[word] != 0 ? v->pending_words | BIT(word) : v->pending_words & ~BIT(word);
}

/* The source that a claim would give; 0: none. */
static uint32_t best(const struct vplic *v, uint32_t context)
{
    const uint64_t *enable = enable_of(v, context);
    uint32_t top = v->threshold[context];
    uint32_t source = 0;
    for (uint64_t words = v->pending_words; words != 0; words &= words - 1) {
        uint32_t w = bits_first(words);
        uint64_t ready = v->pending[w] & ~v->claimed[w] & enable[w];
        for (; ready != 0; ready &= ready - 1) {
            uint32_t s = w * 64 + bits_first(ready);
            if (v->priority[s] > top) {
                top = v->priority[s];
                source = s;
            }
        }
    }
    return source;
}

static void drive(struct vplic *v, uint32_t context, bool level)
{
    if (test(v->level, context) != level && v->vcpu[context] != VPLIC_NO_VCPU) {
        assign(v->level, context, level);
        v->config.set_external(v->config.ctx, v->vcpu[context], level);
    }
}

static void update(struct vplic *v, uint32_t context)
{
    drive(v, context, best(v, context) != 0);
}

static void update_all(struct vplic *v)
{
    for (uint32_t c = 0; c < v->config.context_count; c++) {
        update(v, c);
    }
}

/* `source` became ready: only contexts that enable it, and are not high already, can change. */
static void update_raised(struct vplic *v, uint32_t source)
{
    for (uint32_t c = 0; c < v->config.context_count; c++) {
        if (test(enable_of(v, c), source) && v->priority[source] > v->threshold[c]) {
            drive(v, c, true);
        }
    }
}

/* `source` ceased to be ready: only contexts that are high and enable it can change. */
static void update_taken(struct vplic *v, uint32_t source)
{
    for (uint32_t w = 0; w < 2; w++) {
        for (uint64_t high = v->level[w]; high != 0; high &= high - 1) {
            uint32_t c = w * 64 + bits_first(high);
            if (test(enable_of(v, c), source)) {
                update(v, c);
            }
        }
    }
}

/* ---- Hardware sources -------------------------------------------------------------------------- */

static void physical_enable(struct vplic *v, uint32_t context, uint32_t source, bool enable)
{
    uint8_t vcpu = v->vcpu[context];
    if (vcpu != VPLIC_NO_VCPU) {
        const struct irqc *irqc = v->config.irqc;
        irqc->ops->set_enable(irqc->state, v->config.hart[vcpu], source, enable);
    }
}

/* The enable bits that were left standing for an outstanding claim go now. */
static void settle_enables(struct vplic *v, uint32_t source)
{
    for (uint32_t c = 0; c < v->config.context_count; c++) {
        if (!test(enable_of(v, c), source)) {
            physical_enable(v, c, source, false);
        }
    }
}

static void physical_complete(struct vplic *v, uint32_t source)
{
    const struct irqc *irqc = v->config.irqc;
    uint32_t hart = v->claim_hart[source];
    if (hart != 0) {
        v->claim_hart[source] = 0;
        irqc->ops->complete(irqc->state, hart - 1, source);
    }
}

void vplic_raise(struct vplic *v, uint32_t source, uint32_t hart)
{
    if (source == 0 || source >= v->config.source_count || !test(v->owned, source)) {
        v->config.irqc->ops->complete(v->config.irqc->state, hart, source);
        return;
    }
    v->claim_hart[source] = (uint8_t)(hart + 1);
    set_pending(v, source, true);
    if (!test(v->claimed, source)) {
        update_raised(v, source);
    }
}

static void line_set(void *controller, uint32_t source, bool level)
{
    struct vplic *v = controller;
    if (source == 0 || source >= v->config.source_count || test(v->line, source) == level) {
        return;
    }
    assign(v->line, source, level);
    if (level && !test(v->claimed, source)) {
        set_pending(v, source, true);
        update_raised(v, source);
    }
}

struct irq_line vplic_line(struct vplic *v, uint32_t source)
{
    return (struct irq_line){.set = line_set, .controller = v, .source = source};
}

enum hyp_status vplic_own(struct vplic *v, uint32_t source)
{
    if (source == 0 || source >= v->config.source_count) {
        return HYP_E_RANGE;
    }
    if (v->config.irqc == 0 || source >= v->config.irqc->source_count) {
        return HYP_E_UNSUPPORTED;
    }
    assign(v->owned, source, true);
    return HYP_OK;
}

void vplic_stop(struct vplic *v)
{
    for (uint32_t s = 1; s < v->config.source_count; s++) {
        if (!test(v->owned, s)) {
            continue;
        }
        physical_complete(v, s);
        for (uint32_t c = 0; c < v->config.context_count; c++) {
            physical_enable(v, c, s, false);
        }
    }
}

/* ---- Registers ----------------------------------------------------------------------------------- */

static uint32_t claim(struct vplic *v, uint32_t context)
{
    uint32_t source = best(v, context);
    if (source != 0) {
        set_pending(v, source, false);
        assign(v->claimed, source, true);
        update_taken(v, source);
    }
    return source;
}

static void complete(struct vplic *v, uint32_t source)
{
    if (source == 0 || source >= v->config.source_count || !test(v->claimed, source)) {
        return;
    }
    assign(v->claimed, source, false);
    if (test(v->owned, source)) {
        bool settle = v->claim_hart[source] != 0;
        physical_complete(v, source);
        if (settle) {
            settle_enables(v, source);
        }
    }
    if (test(v->line, source)) {
        set_pending(v, source, true);
    }
    if (test(v->pending, source)) {
        update_raised(v, source);
    }
}

static void write_enable(struct vplic *v, uint32_t context, uint32_t word, uint32_t value)
{
    uint64_t *enable = enable_of(v, context);
    uint32_t shift = word % 2 * 32;
    uint64_t old = enable[word / 2];
    uint64_t mask = UINT64_C(0xffffffff) << shift;
    uint64_t now = (old & ~mask) | ((uint64_t)value << shift);
    uint64_t limit = v->config.source_count - (uint64_t)word / 2 * 64;
    now &= (limit >= 64 ? UINT64_MAX : BIT(limit) - 1) & (word < 2 ? ~UINT64_C(1) : UINT64_MAX);
    enable[word / 2] = now;
    for (uint64_t diff = (old ^ now) & v->owned[word / 2]; diff != 0; diff &= diff - 1) {
        uint32_t s = word / 2 * 64 + bits_first(diff);
        if (test(enable, s) || v->claim_hart[s] == 0) {
            physical_enable(v, context, s, test(enable, s));
        }
    }
    update(v, context);
}

static uint32_t half(uint64_t word, uint32_t index)
{
    return (uint32_t)(word >> (index % 2 * 32));
}

static enum vdev_result read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    struct vplic *v = state;
    if (size != 4 || (offset & 3) != 0 || offset >= PLIC_SIZE) {
        return VDEV_FAULT;
    }
    *value = 0;
    if (offset >= PLIC_CONTEXT) {
        uint32_t c = (uint32_t)(offset - PLIC_CONTEXT) / PLIC_CONTEXT_STRIDE;
        uint32_t reg = offset % PLIC_CONTEXT_STRIDE;
        if (c < v->config.context_count && reg <= PLIC_CLAIM) {
            *value = reg == PLIC_CLAIM ? claim(v, c) : v->threshold[c];
        }
    } else if (offset >= PLIC_ENABLE) {
        uint32_t c = (uint32_t)(offset - PLIC_ENABLE) / PLIC_ENABLE_STRIDE;
        uint32_t word = offset % PLIC_ENABLE_STRIDE / 4;
        if (c < v->config.context_count && word / 2 < v->word_count) {
            *value = half(enable_of(v, c)[word / 2], word);
        }
    } else if (offset >= PLIC_PENDING) {
        uint32_t word = (uint32_t)(offset - PLIC_PENDING) / 4;
        *value = word / 2 < v->word_count ? half(v->pending[word / 2], word) : 0;
    } else if (offset / 4 < v->config.source_count) {
        *value = v->priority[offset / 4];
    }
    return VDEV_OK;
}

static void write_context(struct vplic *v, uint64_t offset, uint32_t value)
{
    uint32_t c = (uint32_t)(offset - PLIC_CONTEXT) / PLIC_CONTEXT_STRIDE;
    uint32_t reg = offset % PLIC_CONTEXT_STRIDE;
    if (c >= v->config.context_count) {
        return;
    }
    if (reg == PLIC_CLAIM) {
        complete(v, value);
    } else if (reg == PLIC_THRESHOLD) {
        v->threshold[c] = value & v->config.priority_max;
        update(v, c);
    }
}

static enum vdev_result write(void *state, uint64_t offset, unsigned size, uint64_t value64)
{
    struct vplic *v = state;
    uint32_t value = (uint32_t)value64;
    if (size != 4 || (offset & 3) != 0 || offset >= PLIC_SIZE) {
        return VDEV_FAULT;
    }
    if (offset >= PLIC_CONTEXT) {
        write_context(v, offset, value);
    } else if (offset >= PLIC_ENABLE) {
        uint32_t c = (uint32_t)(offset - PLIC_ENABLE) / PLIC_ENABLE_STRIDE;
        uint32_t word = offset % PLIC_ENABLE_STRIDE / 4;
        if (c < v->config.context_count && word / 2 < v->word_count) {
            write_enable(v, c, word, value);
        }
    } else if (offset != 0 && offset / 4 < v->config.source_count) {
        v->priority[offset / 4] = (uint8_t)(value & v->config.priority_max);
        update_all(v);
    }
    return VDEV_OK;
}

const struct vdev_ops vplic_vdev_ops = {.read = read, .write = write};

/* ---- Set-up -------------------------------------------------------------------------------------- */

static uint64_t words_of(uint32_t source_count)
{
    return (source_count + 63) / 64;
}

uint64_t vplic_storage_size(uint32_t source_count, uint32_t context_count)
{
    uint64_t words = words_of(source_count) * (4 + context_count);
    return align_up(words * 8 + context_count * 5 + source_count * 2, 8);
}

enum hyp_status vplic_init(struct vplic *v, const struct vplic_config *config, void *storage)
{
    if (config->source_count < 2 || config->source_count > 1024 || config->context_count == 0 ||
        config->context_count > VPLIC_CONTEXT_MAX || config->priority_max > UINT8_MAX ||
        (config->priority_max & (config->priority_max + 1)) != 0) {
        return HYP_E_PARAM;
    }
    uint64_t words = words_of(config->source_count);
    *v = (struct vplic){.config = *config, .word_count = (uint32_t)words};
    v->pending = storage;
    v->claimed = v->pending + words;
    v->owned = v->claimed + words;
    v->line = v->owned + words;
    v->enable = v->line + words;
    v->threshold = (uint32_t *)(v->enable + words * config->context_count);
    v->vcpu = (uint8_t *)(v->threshold + config->context_count);
    v->priority = v->vcpu + config->context_count;
    v->claim_hart = v->priority + config->source_count;
    for (uint32_t c = 0; c < config->context_count; c++) {
        v->vcpu[c] = config->vcpu[c];
    }
    return HYP_OK;
}

bool vplic_is_valid(const struct vplic *v)
{
    for (uint32_t w = 0; w < v->word_count; w++) {
        if (((v->pending_words & BIT(w)) != 0) != (v->pending[w] != 0)) {
            return false;
        }
    }
    for (uint32_t c = 0; c < v->config.context_count; c++) {
        bool level = v->vcpu[c] != VPLIC_NO_VCPU && best(v, c) != 0;
        if (test(v->level, c) != level || v->threshold[c] > v->config.priority_max) {
            return false;
        }
    }
    return ((v->pending[0] | v->claimed[0]) & 1) == 0;
}
