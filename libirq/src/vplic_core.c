/* SPDX-License-Identifier: Apache-2.0 */
/* The PLIC model's core: requests, claims, completions, and the physical side of each. */
#include "vplic_priv.h"

#include <hyp/base/assert.h>
#include <hyp/base/bits.h>

#include "lowest_bit.h"

/* ---- Requests, by priority ------------------------------------------------------------------- */

static inline uint64_t *row_of(const struct vplic *v, uint32_t priority)
{
    return v->rows + (size_t)priority * v->word_count;
}

/* Word `w` of a row, or of the context's enables, has changed. */
static inline void summarise(const struct vplic *v, struct vplic_context *c, uint32_t priority,
                             uint64_t w)
{
    bool ready = (row_of(v, priority)[w] & c->enable[w]) != 0;
    uint32_t words = (c->words[priority] & ~(1u << w)) | (uint32_t)ready << w;
    uint64_t level = BIT(63 - priority);
    c->words[priority] = (uint16_t)words;
    c->priorities = words != 0 ? c->priorities | level : c->priorities & ~level;
}

/* Enters the source into the row of its priority, or takes it out. */
static NOINLINE void row_toggle(struct vplic *v, uint64_t source)
{
    uint32_t priority = v->sources[source].priority;
    row_of(v, priority)[source / 64] ^= BIT(source % 64);
    for (uint32_t c = 0; c < v->config.context_count; c++) {
        summarise(v, &v->contexts[c], priority, source / 64);
    }
}

static NOINLINE void row_add(struct vplic *v, uint64_t source)
{
    v->pending_in_rows++;
    row_toggle(v, source);
}

static inline void row_remove(struct vplic *v, uint64_t source)
{
    v->pending_in_rows--;
    row_toggle(v, source);
}

static inline void pending_add(struct vplic *v, uint64_t source)
{
    if ((v->lone_pending | v->pending_in_rows) == 0) {
        v->lone_pending = source;
        return;
    }
    if (v->lone_pending != 0) {
        row_add(v, v->lone_pending);
        v->lone_pending = 0;
    }
    row_add(v, source);
}

static inline void pending_remove(struct vplic *v, uint64_t source)
{
    if (v->lone_pending != 0) {
        v->lone_pending = 0;
    } else {
        row_remove(v, source);
    }
}

static NOINLINE uint64_t best_of_rows(const struct vplic *v, const struct vplic_context *c)
{
    /* Priorities above the threshold are the bits below 63 - threshold. */
    uint64_t levels = c->priorities & (BIT(63 - c->threshold) - 1);
    if (levels == 0) {
        return 0;
    }
    uint32_t priority = 63 - lowest_bit(levels);
    uint64_t w = lowest_bit(c->words[priority]);
    return w * 64 + lowest_bit(row_of(v, priority)[w] & c->enable[w]);
}

static inline bool lets_through(const struct vplic *v, const struct vplic_context *c,
                                uint64_t source)
{
    bool enabled = (c->enable[source / 64] >> (source % 64) & 1) != 0;
    return enabled && v->sources[source].priority > c->threshold;
}

/* Whether a claim would give a source. */
static inline bool is_ready(const struct vplic *v, const struct vplic_context *c)
{
    return v->lone_pending != 0 ? lets_through(v, c, v->lone_pending) : best_of_rows(v, c) != 0;
}

bool vplic_signals(const struct vplic *v, uint32_t context)
{
    return is_ready(v, &v->contexts[context]);
}

uint32_t vplic_pending(const struct vplic *v, uint32_t reg)
{
    uint64_t word =
        v->lone_pending != 0 && v->lone_pending / 64 == reg / 2 ? BIT(v->lone_pending % 64) : 0;
    for (uint32_t priority = 0; priority <= v->config.priority_max; priority++) {
        word |= row_of(v, priority)[reg / 2];
    }
    return vplic_half(word, reg);
}

/* ---- External interrupts --------------------------------------------------------------------- */

static inline void drive(struct vplic *v, uint64_t vcpu, bool level)
{
    v->external ^= BIT(vcpu);
    v->config.set_external(v->config.ctx, (uint32_t)vcpu, level);
}

static inline void raise_one(struct vplic *v, uint64_t vcpu, uint32_t priority)
{
    if (priority > v->contexts[v->context_of_vcpu[vcpu]].threshold) {
        drive(v, vcpu, true);
    }
}

static NOINLINE void raise_all(struct vplic *v, uint64_t vcpus, uint32_t priority)
{
    for (; vcpus != 0; vcpus &= vcpus - 1) {
        raise_one(v, lowest_bit(vcpus), priority);
    }
}

/* Something changed for these vCPUs. */
static NOINLINE void update(struct vplic *v, uint64_t vcpus)
{
    for (; vcpus != 0; vcpus &= vcpus - 1) {
        uint32_t vcpu = lowest_bit(vcpus);
        bool level = is_ready(v, &v->contexts[v->context_of_vcpu[vcpu]]);
        if (level != ((v->external & BIT(vcpu)) != 0)) {
            drive(v, vcpu, level);
        }
    }
}

/* Of the source's targets, those that are low and let it through go high. */
static inline void request(struct vplic *v, uint64_t source, struct vplic_source *s)
{
    s->state |= SOURCE_PENDING;
    pending_add(v, source);
    uint64_t low = s->targets & ~v->external;
    if ((low & (low - 1)) != 0) {
        raise_all(v, low, s->priority);
    } else if (low != 0) {
        raise_one(v, lowest_bit(low), s->priority);
    }
}

/* ---- The physical side ----------------------------------------------------------------------- */

static NOINLINE void physical_enable(const struct vplic *v, uint32_t hart, uint32_t source,
                                     bool enable)
{
    const struct irqc *irqc = v->config.irqc;
    irqc->ops->set_enable(irqc->state, hart, source, enable);
}

static void physical_complete(const struct vplic *v, uint32_t hart, uint32_t source)
{
    const struct irqc *irqc = v->config.irqc;
    irqc->ops->complete(irqc->state, hart, source);
}

static inline bool enabled_on(const struct vplic *v, const struct vplic_source *s, uint64_t hart)
{
    uint64_t vcpu = v->vcpu_of_hart[hart];
    return vcpu != VPLIC_NO_VCPU && (s->targets & BIT(vcpu)) != 0;
}

static inline void release(struct vplic *v, uint64_t source, struct vplic_source *s)
{
    s->state &= (uint8_t)~SOURCE_PHYS_CLAIMED;
    physical_complete(v, s->hart, (uint32_t)source);
    if (!enabled_on(v, s, s->hart)) {
        physical_enable(v, s->hart, (uint32_t)source, false);
    }
}

static NOINLINE void refuse(const struct vplic *v, uint32_t source, uint32_t hart)
{
    HYP_REQUIRE(v->config.irqc != 0);
    /* Enabled, or the completion may be dropped: another hart can have disabled it meanwhile. */
    physical_enable(v, hart, source, true);
    physical_complete(v, hart, source);
    physical_enable(v, hart, source, false);
}

void vplic_handle_phys_irq(struct vplic *v, uint32_t source, uint32_t hart)
{
    HYP_REQUIRE(hart < HYP_HART_MAX);
    if (source >= v->config.source_count || v->vm_stopped ||
        (v->sources[source].state & SOURCE_OWNED) == 0) {
        refuse(v, source, hart);
        return;
    }
    struct vplic_source *s = &v->sources[source];
    if ((s->state & SOURCE_PHYS_CLAIMED) != 0) {
        return; /* A chip gives no source twice. */
    }
    s->hart = (uint8_t)hart;
    s->state |= SOURCE_PHYS_CLAIMED;
    if (!enabled_on(v, s, hart)) {
        /* The guest disabled it between the claim and now. */
        physical_enable(v, hart, source, true);
    }
    request(v, source, s);
}

/* ---- Registers ------------------------------------------------------------------------------- */

static NOINLINE void claim_of_rows(struct vplic *v, const struct vplic_context *c, uint64_t *value)
{
    uint64_t source = best_of_rows(v, c);
    *value = source;
    if (source != 0) {
        struct vplic_source *s = &v->sources[source];
        s->state ^= SOURCE_PENDING | SOURCE_CLAIMED;
        row_remove(v, source);
        update(v, s->targets & v->external);
    }
}

/* Ends in calls only, so that the usual claim needs no stack. */
void vplic_claim(struct vplic *v, uint64_t context, uint64_t *value)
{
    const struct vplic_context *c = &v->contexts[context];
    uint64_t source = v->lone_pending;
    if (source == 0) {
        claim_of_rows(v, c, value);
        return;
    }
    if (!lets_through(v, c, source)) {
        *value = 0;
        return;
    }
    struct vplic_source *s = &v->sources[source];
    *value = source;
    s->state ^= SOURCE_PENDING | SOURCE_CLAIMED;
    v->lone_pending = 0;
    uint64_t high = s->targets & v->external;
    if (c->vcpu != VPLIC_NO_VCPU && high == BIT(c->vcpu)) {
        drive(v, c->vcpu, false);
    } else {
        update(v, high);
    }
}

void vplic_complete(struct vplic *v, uint64_t source)
{
    struct vplic_source *s = &v->sources[source];
    if ((s->state & SOURCE_CLAIMED) == 0) {
        return;
    }
    s->state &= (uint8_t)~SOURCE_CLAIMED;
    if ((s->state & SOURCE_PHYS_CLAIMED) != 0) {
        release(v, source, s);
    } else if ((s->state & SOURCE_LINE_HIGH) != 0) {
        request(v, source, s);
    }
}

/* QEMU: bits, if the highest value is all ones; otherwise a value that is too high is ignored. */
static uint32_t legalise(const struct vplic *v, uint32_t value, uint32_t old)
{
    uint32_t max = v->config.priority_max;
    if ((max & (max + 1)) == 0) {
        return value & max;
    }
    return value <= max ? value : old;
}

void vplic_set_threshold(struct vplic *v, uint32_t context, uint32_t value)
{
    struct vplic_context *c = &v->contexts[context];
    c->threshold = legalise(v, value, c->threshold);
    if (c->vcpu != VPLIC_NO_VCPU) {
        update(v, BIT(c->vcpu));
    }
}

void vplic_set_priority(struct vplic *v, uint32_t source, uint32_t value)
{
    struct vplic_source *s = &v->sources[source];
    uint8_t priority = (uint8_t)legalise(v, value, s->priority);
    if ((s->state & SOURCE_PENDING) == 0) {
        s->priority = priority;
        return;
    }
    bool in_row = v->lone_pending == 0;
    if (in_row) {
        row_toggle(v, source);
    }
    s->priority = priority;
    if (in_row) {
        row_toggle(v, source);
    }
    update(v, s->targets);
}

/* `source` changes for a context with a vCPU. Returns its part of WORK_AT_ONCE. */
static uint32_t retarget(struct vplic *v, uint32_t vcpu, uint32_t source)
{
    struct vplic_source *s = &v->sources[source];
    uint32_t hart = v->config.hart[vcpu];
    bool held = (s->state & SOURCE_PHYS_CLAIMED) != 0 && s->hart == hart;
    s->targets ^= BIT(vcpu);
    if ((s->state & SOURCE_OWNED) == 0 || held || v->vm_stopped) {
        return 1;
    }
    physical_enable(v, hart, source, (s->targets & BIT(vcpu)) != 0);
    return WORK_PHYSICAL;
}

/* The targets of sources in word `w` follow the enables, as far as one call may. */
static bool catch_up(struct vplic *v, struct vplic_context *c, uint32_t w)
{
    uint64_t late = c->deferred[w];
    for (uint32_t done = 0; late != 0 && done < WORK_AT_ONCE; late &= late - 1) {
        uint32_t source = w * 64 + lowest_bit(late);
        if (source != 0 && source < v->config.source_count) {
            done += retarget(v, c->vcpu, source);
        }
    }
    c->deferred[w] = late;
    update(v, BIT(c->vcpu));
    return late == 0;
}

HYP_COLD enum vdev_result vplic_more(void *state)
{
    struct vplic *v = state;
    if (v->deferred == 0) {
        return VDEV_OK;
    }
    uint64_t vcpu = lowest_bit(v->deferred);
    struct vplic_context *c = &v->contexts[v->context_of_vcpu[vcpu]];
    uint32_t w = 0;
    while (w < v->word_count && c->deferred[w] == 0) {
        w++;
    }
    bool done = w == v->word_count;
    if (done) {
        update(v, BIT(vcpu)); /* Another hart's write has taken back what was late. */
    } else {
        done = catch_up(v, c, w);
    }
    for (; done && w < v->word_count; w++) {
        done = c->deferred[w] == 0;
    }
    if (done) {
        v->deferred &= ~BIT(vcpu);
    }
    return v->deferred != 0 ? VDEV_MORE : VDEV_OK;
}

void vplic_set_enables(struct vplic *v, uint32_t context, uint32_t reg, uint32_t value)
{
    struct vplic_context *c = &v->contexts[context];
    uint32_t w = reg / 2;
    uint64_t changed = (uint64_t)(vplic_half(c->enable[w], reg) ^ value) << reg % 2 * 32;
    /* Linux clears, one by one, what is clear already. */
    if (changed == 0) {
        return;
    }
    c->enable[w] ^= changed;
    for (uint32_t p = 0; v->pending_in_rows != 0 && p <= v->config.priority_max; p++) {
        summarise(v, c, p, w);
    }
    if (c->vcpu != VPLIC_NO_VCPU) {
        c->deferred[w] ^= changed;
        v->deferred |= BIT(c->vcpu);
    }
}

/* ---- Lines, owners, the VM's end ------------------------------------------------------------- */

static void line_set(void *controller, uint32_t source, bool level)
{
    struct vplic *v = controller;
    if (source == 0 || source >= v->config.source_count) {
        return;
    }
    struct vplic_source *s = &v->sources[source];
    if ((s->state & SOURCE_OWNED) != 0) {
        return;
    }
    if (!level) {
        s->state &= (uint8_t)~SOURCE_LINE_HIGH;
        return;
    }
    s->state |= SOURCE_LINE_HIGH;
    if ((s->state & (SOURCE_PENDING | SOURCE_CLAIMED)) == 0) {
        request(v, source, s);
    }
}

struct irq_line vplic_line(struct vplic *v, uint32_t source)
{
    return (struct irq_line){.set = line_set, .controller = v, .source = source};
}

HYP_COLD enum hyp_status vplic_own(struct vplic *v, uint32_t source)
{
    if (source == 0 || source >= v->config.source_count) {
        return HYP_E_RANGE;
    }
    if (v->config.irqc == 0 || source >= v->config.irqc->source_count) {
        return HYP_E_UNSUPPORTED;
    }
    v->sources[source].state |= SOURCE_OWNED;
    return HYP_OK;
}

HYP_COLD void vplic_stop(struct vplic *v)
{
    for (uint32_t source = 1; source < v->config.source_count && !v->vm_stopped; source++) {
        struct vplic_source *s = &v->sources[source];
        if ((s->state & SOURCE_PHYS_CLAIMED) != 0) {
            release(v, source, s);
        }
        if ((s->state & SOURCE_OWNED) == 0) {
            continue;
        }
        for (uint64_t targets = s->targets; targets != 0; targets &= targets - 1) {
            physical_enable(v, v->config.hart[lowest_bit(targets)], source, false);
        }
    }
    v->vm_stopped = true;
}
