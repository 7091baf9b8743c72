/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's sources: their registers and lines, and what of them is late. */
#include "vaplic_source.h"

#include "lowest_bit.h"
#include "vaplic_phys.h"
#include "vaplic_request.h"

/* The source's bits have changed; it is the machine's, too. */
static NOINLINE void update_with_machine(struct vaplic *v, uint32_t source)
{
    vaplic_update_request(v, source);
    vaplic_sync_phys_enable(v, source);
}

static inline void update(struct vaplic *v, uint32_t source)
{
    if (vaplic_is_phys(v, source)) {
        update_with_machine(v, source);
    } else {
        vaplic_update_request(v, source);
    }
}

/* ---- Late sources ---------------------------------------------------------------------------- */

static void catch_up(struct vaplic *v, uint32_t source)
{
    struct vaplic_source *s = &v->sources[source];
    if (!v->msi) { /* Perhaps since now: see set_delivery() of vaplic.c. */
        vaplic_assign_target(v, source, vaplic_legal_target(v, s->target));
        if (vaplic_is_level_sensitive(s) && vaplic_has(v->rectified, source)) {
            vaplic_assign(v->pending, source, true);
        }
    }
    update(v, source);
}

bool vaplic_run_deferred(struct vaplic *v, uint32_t count)
{
    for (; v->deferred_words != 0 && count != 0; count--) {
        uint32_t w = lowest_bit(v->deferred_words);
        uint64_t late = v->deferred[w];
        v->deferred[w] = late & (late - 1);
        if (v->deferred[w] == 0) {
            v->deferred_words &= v->deferred_words - 1;
        }
        catch_up(v, w * 64 + lowest_bit(late));
    }
    return v->deferred_words == 0;
}

/* ---- sourcecfg ------------------------------------------------------------------------------- */

/* The source's bits follow its mode. True: it may be a request, or no longer one. */
static inline bool assign_mode(struct vaplic *v, uint32_t source, uint32_t mode)
{
    struct vaplic_source *s = &v->sources[source];
    uint32_t w = source / 64;
    uint64_t bit = BIT(source % 64);
    s->mode = (uint8_t)mode;
    if (mode == APLIC_SM_INACTIVE) {
        bool ready = vaplic_is_pending_enabled(v, source);
        v->active[w] &= ~bit;
        v->level_sensitive[w] &= ~bit;
        v->rectified[w] &= ~bit;
        v->enabled[w] &= ~bit;
        v->pending[w] &= ~bit;
        return ready;
    }
    bool input = !s->owned && vaplic_rectified_input(s);
    v->active[w] |= bit;
    vaplic_assign(v->level_sensitive, source, vaplic_is_level_sensitive(s));
    vaplic_assign(v->rectified, source, input);
    if (!input) {
        return false;
    }
    v->pending[w] |= bit;
    return (v->enabled[w] & bit) != 0;
}

static inline void assign_pending(struct vaplic *v, uint32_t source, bool pending)
{
    vaplic_assign(v->pending, source, pending);
    vaplic_update_request(v, source);
}

static NOINLINE void set_machine_mode(struct vaplic *v, uint32_t source, uint32_t mode)
{
    const struct vaplic_source *s = &v->sources[source];
    bool held = vaplic_is_phys_masked(v, source);
    if (held) {
        assign_pending(v, source, false); /* If it is still high, the machine says so again. */
    }
    if (assign_mode(v, source, vaplic_phys_set_mode(v, source, mode))) {
        vaplic_update_request(v, source);
    }
    if (s->phys_enabled && s->mode != APLIC_SM_INACTIVE && !held &&
        !vaplic_is_phys_masked(v, source)) {
        vaplic_phys_set_enable(v, source, true); /* Its target has stayed. */
    } else {
        vaplic_sync_phys_enable(v, source);
    }
}

/* Ends in calls only, so that what is not the machine's needs no stack. */
void vaplic_write_sourcecfg(struct vaplic *v, uint32_t source, uint32_t value)
{
    const struct vaplic_source *s = &v->sources[source];
    uint32_t mode =
        (value & APLIC_SOURCECFG_D) != 0 ? APLIC_SM_INACTIVE : value & APLIC_SOURCECFG_SM;
    if (mode == APLIC_SM_INACTIVE && s->mode == mode) {
        return;
    }
    if (vaplic_is_phys(v, source)) {
        set_machine_mode(v, source, mode);
    } else if (assign_mode(v, source, mode)) {
        vaplic_update_request(v, source);
    }
}

/* ---- target ---------------------------------------------------------------------------------- */

static NOINLINE void move_with_machine(struct vaplic *v, uint32_t source, uint32_t target)
{
    vaplic_retarget_request(v, source, target);
    vaplic_route_phys(v, source);
}

/* The source may be a request. */
static inline void move(struct vaplic *v, uint32_t source, uint32_t target)
{
    if (v->sources[source].owned) {
        move_with_machine(v, source, target);
    } else {
        vaplic_retarget_request(v, source, target);
    }
}

/* Ends in calls only, as vaplic_write_sourcecfg() does. */
void vaplic_write_target(struct vaplic *v, uint32_t source, uint32_t value)
{
    const struct vaplic_source *s = &v->sources[source];
    uint32_t target = vaplic_legal_target(v, value);
    if (target == s->target) {
        return;
    }
    if (vaplic_is_pending_enabled(v, source) || vaplic_has(v->deferred, source)) {
        move(v, source, target);
        return;
    }
    vaplic_assign_target(v, source, target);
    if (s->owned) {
        vaplic_route_phys(v, source);
    }
}

/* ---- setip, in_clrip, setie, clrie ----------------------------------------------------------- */

void vaplic_set_pending(struct vaplic *v, uint32_t source, bool pending)
{
    const struct vaplic_source *s = &v->sources[source];
    bool level = vaplic_is_level_sensitive(s);
    if (s->mode == APLIC_SM_INACTIVE || (level && !v->msi)) {
        return;
    }
    if (vaplic_is_phys(v, source)) {
        if (!pending && vaplic_has(v->pending, source)) {
            assign_pending(v, source, false);
        }
        vaplic_phys_set_pending(v, source / 32, 1u << source % 32, pending);
        return;
    }
    if (!pending || !level || vaplic_has(v->rectified, source)) {
        assign_pending(v, source, pending);
    }
}

void vaplic_set_enabled(struct vaplic *v, uint32_t source, bool enabled)
{
    if (v->sources[source].mode == APLIC_SM_INACTIVE || vaplic_has(v->enabled, source) == enabled) {
        return;
    }
    vaplic_assign(v->enabled, source, enabled);
    update(v, source);
}

/* As vaplic_set_pending(), of each. */
void vaplic_set_pending_word(struct vaplic *v, uint32_t reg, uint32_t bits, bool pending)
{
    uint32_t w = reg / 2;
    uint64_t able =
        vaplic_wide(reg, bits) & v->active[w] & (v->msi ? UINT64_MAX : ~v->level_sensitive[w]);
    uint64_t owned = v->vm_stopped ? 0 : v->owned[w];
    uint32_t machine = vaplic_half(&owned, reg % 2) & vaplic_half(&able, reg % 2);
    if (machine != 0) {
        vaplic_phys_set_pending(v, reg, machine, pending);
    }
    if (pending) {
        able &= ~owned & (~v->level_sensitive[w] | v->rectified[w]);
    }
    uint64_t changed = pending ? able & ~v->pending[w] : able & v->pending[w];
    v->pending[w] ^= changed;
    vaplic_defer(v, w, changed & v->enabled[w]);
}

void vaplic_set_enabled_word(struct vaplic *v, uint32_t reg, uint32_t bits, bool enabled)
{
    uint64_t *word = &v->enabled[reg / 2];
    uint64_t wide = vaplic_wide(reg, bits);
    uint64_t changed = enabled ? wide & v->active[reg / 2] & ~*word : wide & *word;
    *word ^= changed;
    vaplic_defer(v, reg / 2, changed & (v->pending[reg / 2] | v->owned[reg / 2]));
}

/* What the inputs of these are, and the end of each held source among them whose input is low. */
static uint32_t machine_inputs(struct vaplic *v, uint32_t reg, uint32_t owned)
{
    uint32_t inputs = vaplic_phys_rectified(v, reg) & owned;
    uint32_t held =
        v->msi ? 0 : vaplic_half(v->pending, reg) & vaplic_half(v->level_sensitive, reg);
    uint64_t low = vaplic_wide(reg, held & owned & ~inputs);
    v->pending[reg / 2] &= ~low;
    vaplic_defer(v, reg / 2, low);
    return inputs;
}

uint32_t vaplic_read_in_clrip(struct vaplic *v, uint32_t reg)
{
    uint32_t owned = vaplic_half(v->owned, reg);
    uint32_t inputs = vaplic_half(v->rectified, reg);
    return owned == 0 || v->vm_stopped ? inputs : inputs | machine_inputs(v, reg, owned);
}

uint32_t vaplic_read_setip(struct vaplic *v, uint32_t reg)
{
    uint32_t owned = vaplic_half(v->owned, reg);
    if (owned == 0 || v->vm_stopped) {
        return vaplic_half(v->pending, reg);
    }
    (void)machine_inputs(v, reg, owned);
    return vaplic_half(v->pending, reg) | (vaplic_phys_pending(v, reg) & owned);
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static void line_set(void *controller, uint32_t source, bool level)
{
    struct vaplic *v = controller;
    if (source == 0 || source >= v->config.source_count || v->sources[source].owned) {
        return;
    }
    struct vaplic_source *s = &v->sources[source];
    s->wire = level;
    bool input = vaplic_rectified_input(s);
    if (input == vaplic_has(v->rectified, source)) {
        return;
    }
    vaplic_assign(v->rectified, source, input);
    if (input || vaplic_is_level_sensitive(s)) {
        assign_pending(v, source, input);
    }
}

struct irq_line vaplic_line(struct vaplic *v, uint32_t source)
{
    return (struct irq_line){.set = line_set, .controller = v, .source = source};
}
