/* SPDX-License-Identifier: Apache-2.0 */
/* The PLIC model: its register window, its set-up, its invariants. */
#include <hyp/irq/vplic.h>

#include <hyp/base/bits.h>
#include <hyp/irq/plic_regs.h>

#include "vplic_priv.h"

_Static_assert(VPLIC_SIZE == PLIC_SIZE, "the model answers for the whole chip");
_Static_assert(VPLIC_PRIORITY_MAX < 63, "a level and a threshold are bits of one word");
_Static_assert(sizeof(struct vplic_source) == 16, "an index is a shift");

/* ---- Register window ------------------------------------------------------------------------- */

/* Below the contexts' pages: nothing here is on the path of an interrupt. */
static inline uint32_t low_register(const struct vplic *v, uint64_t offset)
{
    if (offset >= PLIC_ENABLE) {
        uint64_t c = (offset - PLIC_ENABLE) / PLIC_ENABLE_STRIDE;
        uint32_t reg = offset % PLIC_ENABLE_STRIDE / 4;
        bool there = c < v->config.context_count && reg < v->reg_count;
        return there ? vplic_half(v->contexts[c].enable[reg / 2], reg) : 0;
    }
    if (offset >= PLIC_PENDING) {
        uint32_t reg = (uint32_t)(offset - PLIC_PENDING) / 4;
        return reg < v->reg_count ? vplic_pending(v, reg) : 0;
    }
    return offset / 4 < v->config.source_count ? v->sources[offset / 4].priority : 0;
}

static NOINLINE enum vdev_result read_low(void *state, uint64_t offset, unsigned size,
                                          uint64_t *value)
{
    (void)size;
    *value = low_register(state, offset);
    return VDEV_OK;
}

static NOINLINE void write_low(struct vplic *v, uint64_t offset, uint32_t value)
{
    if (offset >= PLIC_ENABLE) {
        uint64_t c = (offset - PLIC_ENABLE) / PLIC_ENABLE_STRIDE;
        uint32_t reg = offset % PLIC_ENABLE_STRIDE / 4;
        if (c < v->config.context_count && reg < v->reg_count) {
            vplic_set_enables(v, (uint32_t)c, reg, value);
        }
    } else if (offset != 0 && offset / 4 < v->config.source_count) {
        vplic_set_priority(v, (uint32_t)offset / 4, value);
    }
}

static inline void read_register(struct vplic *v, uint64_t offset, uint64_t *value)
{
    uint64_t c = (offset - PLIC_CONTEXT) / PLIC_CONTEXT_STRIDE;
    uint64_t reg = offset % PLIC_CONTEXT_STRIDE;
    if (offset < PLIC_CONTEXT) {
        *value = low_register(v, offset);
    } else if (c >= v->config.context_count || reg > PLIC_CLAIM) {
        *value = 0;
    } else if (reg == PLIC_CLAIM) {
        vplic_claim(v, c, value);
    } else {
        *value = v->contexts[c].threshold;
    }
}

static inline void write_register(struct vplic *v, uint64_t offset, uint32_t value)
{
    uint64_t c = (offset - PLIC_CONTEXT) / PLIC_CONTEXT_STRIDE;
    uint64_t reg = offset % PLIC_CONTEXT_STRIDE;
    if (offset < PLIC_CONTEXT) {
        write_low(v, offset, value);
    } else if (c >= v->config.context_count) {
        return;
    } else if (reg == PLIC_CLAIM) {
        if (value < v->config.source_count) {
            vplic_complete(v, value);
        }
    } else if (reg == PLIC_THRESHOLD) {
        vplic_set_threshold(v, (uint32_t)c, value);
    }
}

static enum vdev_result read(void *state, uint64_t offset, unsigned size, uint64_t *value);
static enum vdev_result write(void *state, uint64_t offset, unsigned size, uint64_t value);

/* What is not one register: QEMU's bus makes two accesses of 8 bytes at 4 mod 8, and refuses all
 * else. */
static bool is_pair(uint64_t offset, unsigned size)
{
    return size == 8 && offset % 8 == 4 && offset <= PLIC_SIZE - 8;
}

static NOINLINE enum vdev_result read_pair(void *state, uint64_t offset, unsigned size,
                                           uint64_t *value)
{
    uint64_t high;
    if (!is_pair(offset, size)) {
        return VDEV_FAULT;
    }
    (void)read(state, offset, 4, value);
    (void)read(state, offset + 4, 4, &high);
    *value |= high << 32;
    return VDEV_OK;
}

static NOINLINE enum vdev_result write_pair(void *state, uint64_t offset, unsigned size,
                                            uint64_t value)
{
    if (!is_pair(offset, size)) {
        return VDEV_FAULT;
    }
    if (offset < PLIC_CONTEXT) {
        write_low(state, offset, (uint32_t)value); /* What that leaves goes with the other's. */
    } else {
        (void)write(state, offset, 4, (uint32_t)value);
    }
    return write(state, offset + 4, 4, value >> 32);
}

/* Ends in a call wherever it can, as that needs no stack. */
static enum vdev_result read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    struct vplic *v = state;
    if (size != 4 || offset % 4 != 0 || offset >= PLIC_SIZE) {
        return read_pair(state, offset, size, value);
    }
    if (offset < PLIC_CONTEXT) {
        if (offset / 4 < v->config.source_count) {
            *value = v->sources[offset / 4].priority;
            return VDEV_OK;
        }
        return read_low(state, offset, size, value);
    }
    read_register(v, offset, value);
    return VDEV_OK;
}

static enum vdev_result write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    if (size != 4 || offset % 4 != 0 || offset >= PLIC_SIZE) {
        return write_pair(state, offset, size, value);
    }
    struct vplic *v = state;
    write_register(v, offset, (uint32_t)value);
    return v->deferred == 0 ? VDEV_OK : vplic_more(v);
}

const struct vdev_ops vplic_vdev_ops = {.read = read, .write = write, .more = vplic_more};

/* ---- Set-up ---------------------------------------------------------------------------------- */

static uint64_t words_of(uint32_t source_count)
{
    return (source_count + 63) / 64;
}

HYP_COLD uint64_t vplic_storage_size(uint32_t source_count, uint32_t context_count)
{
    uint64_t words = words_of(source_count);
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
static bool bind(struct vplic *v, uint32_t context)
{
    uint32_t vcpu = v->config.vcpu[context];
    v->contexts[context].vcpu = vcpu;
    if (vcpu == VPLIC_NO_VCPU) {
        return true;
    }
    if (vcpu >= HYP_HART_MAX || v->context_of_vcpu[vcpu] != UINT8_MAX) {
        return false;
    }
    uint32_t hart = v->config.hart[vcpu];
    if (hart >= HYP_HART_MAX || v->vcpu_of_hart[hart] != VPLIC_NO_VCPU) {
        return false;
    }
    v->context_of_vcpu[vcpu] = (uint8_t)context;
    v->vcpu_of_hart[hart] = (uint8_t)vcpu;
    return true;
}

HYP_COLD enum hyp_status vplic_init(struct vplic *v, const struct vplic_config *config,
                                    void *storage)
{
    if (!config_is_valid(config)) {
        return HYP_E_PARAM;
    }
    uint64_t words = words_of(config->source_count);
    *v = (struct vplic){
        .config = *config,
        .sources = storage,
        .word_count = (uint32_t)words,
        .reg_count = (config->source_count + 31) / 32,
    };
    v->contexts = (struct vplic_context *)(v->sources + config->source_count);
    v->rows = (uint64_t *)(v->contexts + config->context_count);
    for (uint32_t i = 0; i < HYP_HART_MAX; i++) {
        v->context_of_vcpu[i] = UINT8_MAX;
        v->vcpu_of_hart[i] = VPLIC_NO_VCPU;
    }
    uint64_t *enables = v->rows + (VPLIC_PRIORITY_MAX + 1) * words;
    for (uint32_t c = 0; c < config->context_count; c++) {
        v->contexts[c].enable = enables + 2 * c * words;
        v->contexts[c].deferred = v->contexts[c].enable + words;
        if (!bind(v, c)) {
            return HYP_E_PARAM;
        }
    }
    v->config.vcpu = 0;
    return HYP_OK;
}

/* ---- Invariants ------------------------------------------------------------------------------ */

static bool source_is_valid(const struct vplic *v, uint32_t source)
{
    const struct vplic_source *s = &v->sources[source];
    bool pending = (s->state & SOURCE_PENDING) != 0;
    bool claimed = (s->state & SOURCE_CLAIMED) != 0;
    bool held = (s->state & SOURCE_PHYS_CLAIMED) != 0;
    bool owned = (s->state & SOURCE_OWNED) != 0;
    bool level = (s->state & SOURCE_LINE_HIGH) != 0;
    if ((pending && claimed) || (held && (!owned || !(pending || claimed))) ||
        (level && !owned && !pending && !claimed) || s->priority > v->config.priority_max) {
        return false;
    }
    for (uint32_t p = 0; p <= v->config.priority_max; p++) {
        const uint64_t *row = v->rows + (size_t)p * v->word_count;
        bool there = (row[source / 64] & BIT(source % 64)) != 0;
        if (there != (pending && p == s->priority && v->lone_pending != source)) {
            return false;
        }
    }
    for (uint32_t c = 0; c < v->config.context_count; c++) {
        const struct vplic_context *context = &v->contexts[c];
        bool enabled = ((context->enable[source / 64] ^ context->deferred[source / 64]) &
                        BIT(source % 64)) != 0;
        if (context->vcpu != VPLIC_NO_VCPU && enabled != ((s->targets & BIT(context->vcpu)) != 0)) {
            return false;
        }
    }
    return true;
}

static bool summary_is_valid(const struct vplic *v, const struct vplic_context *c)
{
    uint64_t levels = 0;
    for (uint32_t p = 0; p <= v->config.priority_max; p++) {
        const uint64_t *row = v->rows + (size_t)p * v->word_count;
        uint32_t words = 0;
        for (uint32_t w = 0; w < v->word_count; w++) {
            words |= (row[w] & c->enable[w]) != 0 ? 1u << w : 0;
        }
        levels |= words != 0 ? BIT(63 - p) : 0;
        if (words != c->words[p]) {
            return false;
        }
    }
    return levels == c->priorities;
}

/* Late words are those of the vCPUs that v->deferred names. */
static bool context_is_valid(const struct vplic *v, uint32_t context)
{
    const struct vplic_context *c = &v->contexts[context];
    uint64_t late = 0;
    for (uint32_t w = 0; w < v->word_count; w++) {
        late |= c->deferred[w];
    }
    bool has_vcpu = c->vcpu != VPLIC_NO_VCPU;
    bool may_be_late = has_vcpu && (v->deferred & BIT(c->vcpu)) != 0;
    return c->threshold <= v->config.priority_max && summary_is_valid(v, c) &&
           (late == 0 || may_be_late) &&
           (!has_vcpu || may_be_late ||
            vplic_signals(v, context) == ((v->external & BIT(c->vcpu)) != 0));
}

static bool lone_pending_is_valid(const struct vplic *v)
{
    return v->lone_pending == 0 ||
           (v->pending_in_rows == 0 && v->lone_pending < v->config.source_count &&
            (v->sources[v->lone_pending].state & SOURCE_PENDING) != 0);
}

bool vplic_is_valid(const struct vplic *v)
{
    if (!lone_pending_is_valid(v) || (v->sources[0].state | v->sources[0].priority) != 0) {
        return false;
    }
    uint64_t pending = 0;
    for (uint32_t source = 1; source < v->config.source_count; source++) {
        pending += (v->sources[source].state & SOURCE_PENDING) != 0;
        if (!source_is_valid(v, source)) {
            return false;
        }
    }
    for (uint32_t c = 0; c < v->config.context_count; c++) {
        if (!context_is_valid(v, c)) {
            return false;
        }
    }
    return pending == v->pending_in_rows + (v->lone_pending != 0);
}
