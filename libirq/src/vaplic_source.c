/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's sources: their registers, lines and owners, and the physical side of each. */
#include "vaplic_priv.h"

#include "first.h"

static inline void set_pending(struct vaplic *v, uint32_t source, bool pending)
{
    vaplic_assign(v->pending, source, pending);
    vaplic_settle(v, source);
}

/* ---- The physical side ----------------------------------------------------------------------- */

/* Where the machine's interrupt goes is where the guest's does; false: to nobody. */
static bool aim(const struct vaplic *v, uint32_t source)
{
    const struct aplic_phys *phys = v->config.phys;
    uint32_t target = v->sources[source].target;
    uint32_t hart_index = target >> APLIC_TARGET_HART_SHIFT;
    if (hart_index >= v->config.idc_count) {
        return false;
    }
    if (!v->msi) {
        phys->ops->set_target(phys->state, source, v->config.hart[hart_index]);
        return true;
    }
    /* The guest has no guests: another file than the supervisor's own is nobody's. */
    return (target >> APLIC_TARGET_GUEST_SHIFT & APLIC_TARGET_GUEST_MASK) == 0 &&
           v->config.route(v->config.ctx, source, hart_index, target & APLIC_TARGET_EIID);
}

void vaplic_follow(struct vaplic *v, uint32_t source)
{
    const struct aplic_phys *phys = v->config.phys;
    struct vaplic_source *s = &v->sources[source];
    bool on = vaplic_has(v->enabled, source) && (!v->msi || v->ie) && !vaplic_is_held(v, source) &&
              aim(v, source);
    if (on || s->armed) {
        phys->ops->set_enable(phys->state, source, on);
    }
    s->armed = on;
}

/* What the inputs of these are, and the end of each held source among them whose input is low. */
static uint32_t machine_inputs(struct vaplic *v, uint32_t reg, uint32_t owned)
{
    const struct aplic_phys *phys = v->config.phys;
    uint32_t inputs = phys->ops->inputs(phys->state, reg) & owned;
    uint32_t held = v->msi ? 0 : vaplic_half(v->pending, reg) & vaplic_half(v->levels, reg);
    uint64_t low = vaplic_wide(reg, held & owned & ~inputs);
    v->pending[reg / 2] &= ~low;
    vaplic_mark_late(v, reg / 2, low);
    return inputs;
}

/* ---- Sources --------------------------------------------------------------------------------- */

/* The source's bits follow its mode. True: it may be a request, or no longer one. */
static inline bool assign_mode(struct vaplic *v, uint32_t source, uint32_t mode)
{
    struct vaplic_source *s = &v->sources[source];
    s->mode = (uint8_t)mode;
    bool input = !s->owned && vaplic_rectified(s);
    bool enabled = vaplic_has(v->enabled, source);
    vaplic_assign(v->active, source, mode != APLIC_SM_INACTIVE);
    vaplic_assign(v->levels, source, aplic_sm_is_level(mode));
    vaplic_assign(v->inputs, source, input);
    if (mode == APLIC_SM_INACTIVE) {
        vaplic_assign(v->enabled, source, false);
        vaplic_assign(v->pending, source, false);
        return enabled;
    }
    if (input) {
        vaplic_assign(v->pending, source, true);
    }
    return input && enabled;
}

static NOINLINE void set_machine_mode(struct vaplic *v, uint32_t source, uint32_t mode)
{
    const struct aplic_phys *phys = v->config.phys;
    const struct vaplic_source *s = &v->sources[source];
    bool held = vaplic_is_held(v, source);
    if (held) {
        set_pending(v, source, false); /* If it is still high, the machine says so again. */
    }
    if (assign_mode(v, source, phys->ops->set_mode(phys->state, source, mode))) {
        vaplic_settle(v, source);
    }
    if (s->armed && s->mode != APLIC_SM_INACTIVE && !held && !vaplic_is_held(v, source)) {
        phys->ops->set_enable(phys->state, source, true); /* Its target has stayed. */
    } else {
        vaplic_follow(v, source);
    }
}

/* Ends in calls only, so that what is not the machine's needs no stack. */
void vaplic_set_sourcecfg(struct vaplic *v, uint32_t source, uint32_t value)
{
    const struct vaplic_source *s = &v->sources[source];
    uint32_t mode =
        (value & APLIC_SOURCECFG_D) != 0 ? APLIC_SM_INACTIVE : value & APLIC_SOURCECFG_SM;
    if (mode == APLIC_SM_INACTIVE && s->mode == mode) {
        return;
    }
    if (vaplic_at_machine(v, source)) {
        set_machine_mode(v, source, mode);
    } else if (assign_mode(v, source, mode)) {
        vaplic_settle(v, source);
    }
}

void vaplic_set_pending(struct vaplic *v, uint32_t source, bool pending)
{
    struct vaplic_source *s = &v->sources[source];
    bool level = aplic_sm_is_level(s->mode);
    if (s->mode == APLIC_SM_INACTIVE || (level && !v->msi)) {
        return;
    }
    if (vaplic_at_machine(v, source)) {
        const struct aplic_phys *phys = v->config.phys;
        if (!pending) {
            set_pending(v, source, false);
        }
        phys->ops->set_pending(phys->state, source / 32, 1u << source % 32, pending);
        return;
    }
    if (!pending || !level || vaplic_has(v->inputs, source)) {
        set_pending(v, source, pending);
    }
}

void vaplic_set_enabled(struct vaplic *v, uint32_t source, bool enabled)
{
    if (v->sources[source].mode == APLIC_SM_INACTIVE || vaplic_has(v->enabled, source) == enabled) {
        return;
    }
    vaplic_assign(v->enabled, source, enabled);
    vaplic_settle(v, source);
    if (vaplic_at_machine(v, source)) {
        vaplic_follow(v, source);
    }
}

void vaplic_set_enables(struct vaplic *v, uint32_t reg, uint32_t bits, bool enabled)
{
    uint64_t *word = &v->enabled[reg / 2];
    uint64_t wide = vaplic_wide(reg, bits);
    uint64_t changed = enabled ? wide & v->active[reg / 2] & ~*word : wide & *word;
    *word ^= changed;
    vaplic_mark_late(v, reg / 2, changed & (v->pending[reg / 2] | v->owned[reg / 2]));
}

/* As vaplic_set_pending(), of each. */
void vaplic_set_pendings(struct vaplic *v, uint32_t reg, uint32_t bits, bool pending)
{
    const struct aplic_phys *phys = v->config.phys;
    uint32_t w = reg / 2;
    uint64_t able = vaplic_wide(reg, bits) & v->active[w] & (v->msi ? UINT64_MAX : ~v->levels[w]);
    uint64_t owned = v->stopped ? 0 : v->owned[w];
    uint32_t machine = vaplic_half(&owned, reg % 2) & vaplic_half(&able, reg % 2);
    if (machine != 0) {
        phys->ops->set_pending(phys->state, reg, machine, pending);
    }
    if (pending) {
        able &= ~owned & (~v->levels[w] | v->inputs[w]);
    }
    uint64_t changed = pending ? able & ~v->pending[w] : able & v->pending[w];
    v->pending[w] ^= changed;
    vaplic_mark_late(v, w, changed & v->enabled[w]);
}

static inline void assign_target(struct vaplic *v, uint32_t source, uint32_t target)
{
    struct vaplic_source *s = &v->sources[source];
    vaplic_set_iprio(v, source, s->target ^ target);
    s->target = target;
}

static inline bool is_ready(const struct vaplic *v, uint32_t source)
{
    return ((v->pending[source / 64] & v->enabled[source / 64]) >> source % 64 & 1) != 0;
}

/* While a source is on at the machine, nothing but the target changes there. */
static void follow_target(struct vaplic *v, uint32_t source)
{
    if (v->sources[source].armed && !vaplic_is_held(v, source) && aim(v, source)) {
        return;
    }
    if (vaplic_at_machine(v, source) && vaplic_has(v->enabled, source)) {
        vaplic_follow(v, source);
    }
}

static NOINLINE void move_request(struct vaplic *v, uint32_t source, uint32_t target)
{
    const struct vaplic_source *s = &v->sources[source];
    uint32_t i = s->target >> APLIC_TARGET_HART_SHIFT;
    struct vaplic_idc *idc = &v->idcs[i];
    if (i < v->config.idc_count && vaplic_has(idc->ready, source)) {
        vaplic_withdraw(v, source, idc);
    }
    assign_target(v, source, target);
    if (is_ready(v, source)) {
        vaplic_settle(v, source);
    }
    if (s->owned) {
        follow_target(v, source);
    }
}

/* Ends in calls only, as vaplic_set_sourcecfg() does. */
void vaplic_set_target(struct vaplic *v, uint32_t source, uint32_t value)
{
    const struct vaplic_source *s = &v->sources[source];
    uint32_t target = vaplic_legal_target(v, value);
    if (target == s->target) {
        return;
    }
    if (is_ready(v, source) || vaplic_has(v->late, source)) {
        move_request(v, source, target);
        return;
    }
    assign_target(v, source, target);
    if (s->owned) {
        follow_target(v, source);
    }
}

static void line_set(void *controller, uint32_t source, bool level)
{
    struct vaplic *v = controller;
    if (source == 0 || source >= v->config.source_count || v->sources[source].owned) {
        return;
    }
    struct vaplic_source *s = &v->sources[source];
    s->wire = level;
    bool input = vaplic_rectified(s);
    if (input == vaplic_has(v->inputs, source)) {
        return;
    }
    vaplic_assign(v->inputs, source, input);
    if (input || aplic_sm_is_level(s->mode)) {
        set_pending(v, source, input);
    }
}

struct irq_line vaplic_line(struct vaplic *v, uint32_t source)
{
    return (struct irq_line){.set = line_set, .controller = v, .source = source};
}

uint32_t vaplic_inputs(struct vaplic *v, uint32_t reg)
{
    uint32_t owned = vaplic_half(v->owned, reg);
    uint32_t inputs = vaplic_half(v->inputs, reg);
    return owned == 0 || v->stopped ? inputs : inputs | machine_inputs(v, reg, owned);
}

uint32_t vaplic_pending(struct vaplic *v, uint32_t reg)
{
    const struct aplic_phys *phys = v->config.phys;
    uint32_t owned = vaplic_half(v->owned, reg);
    if (owned == 0 || v->stopped) {
        return vaplic_half(v->pending, reg);
    }
    (void)machine_inputs(v, reg, owned);
    return vaplic_half(v->pending, reg) | (phys->ops->pending(phys->state, reg) & owned);
}

HYP_COLD enum hyp_status vaplic_own(struct vaplic *v, uint32_t source)
{
    const struct vaplic_config *c = &v->config;
    if (source == 0 || source >= c->source_count) {
        return HYP_E_RANGE;
    }
    bool has_way =
        c->delivery == VAPLIC_DIRECT ? c->hart != 0 : c->delivery == VAPLIC_MSI && c->route != 0;
    if (c->phys == 0 || source >= c->phys->source_count || !has_way) {
        return HYP_E_UNSUPPORTED;
    }
    vaplic_assign(v->owned, source, true);
    v->sources[source].owned = true;
    (void)c->phys->ops->set_mode(c->phys->state, source, APLIC_SM_INACTIVE);
    return HYP_OK;
}

HYP_COLD void vaplic_stop(struct vaplic *v)
{
    const struct aplic_phys *phys = v->config.phys;
    for (uint32_t source = 1; source < v->config.source_count; source++) {
        struct vaplic_source *s = &v->sources[source];
        if (vaplic_at_machine(v, source) && s->mode != APLIC_SM_INACTIVE) {
            (void)phys->ops->set_mode(phys->state, source, APLIC_SM_INACTIVE);
            s->armed = false;
        }
    }
    v->stopped = true;
}
