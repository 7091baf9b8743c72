/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's registers of sources, its lines, and sources whose update is deferred. */
#include "vaplic_source.h"

#include "vaplic_phys.h"
#include "vaplic_request.h"

/* Call after a source's pending or enable bit has changed. */
static void update(struct vaplic *vaplic, uint32_t source)
{
    vaplic_update_request(vaplic, source);
    if (vaplic_is_phys(vaplic, source)) {
        vaplic_sync_phys_enable(vaplic, source);
    }
}

/* ---- Deferred sources ------------------------------------------------------------------------ */

static void apply_deferred(struct vaplic *vaplic, uint32_t source)
{
    struct vaplic_source *src = &vaplic->sources[source];
    if (!vaplic->msi) { /* See set_delivery_mode() of vaplic.c. */
        vaplic_assign_target(vaplic, source, vaplic_legal_target(vaplic, src->target));
        if (vaplic_is_level_sensitive(src) && bitmap_has(vaplic->rectified, source)) {
            bitmap_assign(vaplic->pending, source, true);
        }
    }
    update(vaplic, source);
}

bool vaplic_run_deferred(struct vaplic *vaplic, uint32_t count)
{
    for (; vaplic->deferred_words != 0 && count != 0; count--) {
        uint32_t w = lowest_bit(vaplic->deferred_words);
        uint64_t deferred = vaplic->deferred[w];
        vaplic->deferred[w] = deferred & (deferred - 1);
        if (vaplic->deferred[w] == 0) {
            vaplic->deferred_words &= vaplic->deferred_words - 1;
        }
        apply_deferred(vaplic, w * 64 + lowest_bit(deferred));
    }
    return vaplic->deferred_words == 0;
}

/* ---- sourcecfg ------------------------------------------------------------------------------- */

/* Sets the source's mode and its bits. True: vaplic_update_request() is due. */
static inline bool assign_mode(struct vaplic *vaplic, uint32_t source, uint32_t mode)
{
    struct vaplic_source *src = &vaplic->sources[source];
    uint32_t w = source / 64;
    uint64_t bit = BIT(source % 64);
    src->mode = (uint8_t)mode;
    if (mode == APLIC_SM_INACTIVE) {
        bool was_request = vaplic_is_pending_enabled(vaplic, source);
        vaplic->active[w] &= ~bit;
        vaplic->level_sensitive[w] &= ~bit;
        vaplic->rectified[w] &= ~bit;
        vaplic->enabled[w] &= ~bit;
        vaplic->pending[w] &= ~bit;
        return was_request;
    }
    bool input = !src->owned && vaplic_rectified_input(src);
    vaplic->active[w] |= bit;
    bitmap_assign(vaplic->level_sensitive, source, vaplic_is_level_sensitive(src));
    bitmap_assign(vaplic->rectified, source, input);
    if (!input) {
        return false;
    }
    vaplic->pending[w] |= bit;
    return (vaplic->enabled[w] & bit) != 0;
}

static inline void assign_pending(struct vaplic *vaplic, uint32_t source, bool pending)
{
    bitmap_assign(vaplic->pending, source, pending);
    vaplic_update_request(vaplic, source);
}

static void write_phys_sourcecfg(struct vaplic *vaplic, uint32_t source, uint32_t mode)
{
    const struct vaplic_source *src = &vaplic->sources[source];
    bool masked = vaplic_is_phys_masked(vaplic, source);
    if (masked) {
        assign_pending(vaplic, source, false); /* A high input interrupts again. */
    }
    if (assign_mode(vaplic, source, vaplic_phys_set_mode(vaplic, source, mode))) {
        vaplic_update_request(vaplic, source);
    }
    if (src->phys_enabled && src->mode != APLIC_SM_INACTIVE && !masked &&
        !vaplic_is_phys_masked(vaplic, source)) {
        vaplic_phys_set_enable(vaplic, source, true); /* Its physical target is unchanged. */
    } else {
        vaplic_sync_phys_enable(vaplic, source);
    }
}

void vaplic_write_sourcecfg(struct vaplic *vaplic, uint32_t source, uint32_t value)
{
    const struct vaplic_source *src = &vaplic->sources[source];
    uint32_t mode =
        (value & APLIC_SOURCECFG_D) != 0 ? APLIC_SM_INACTIVE : value & APLIC_SOURCECFG_SM;
    if (mode == APLIC_SM_INACTIVE && src->mode == mode) {
        return;
    }
    if (vaplic_is_phys(vaplic, source)) {
        write_phys_sourcecfg(vaplic, source, mode);
    } else if (assign_mode(vaplic, source, mode)) {
        vaplic_update_request(vaplic, source);
    }
}

/* ---- target ---------------------------------------------------------------------------------- */

void vaplic_write_target(struct vaplic *vaplic, uint32_t source, uint32_t value)
{
    const struct vaplic_source *src = &vaplic->sources[source];
    uint32_t target = vaplic_legal_target(vaplic, value);
    if (target == src->target) {
        return;
    }
    if (vaplic_is_pending_enabled(vaplic, source) || bitmap_has(vaplic->deferred, source)) {
        vaplic_retarget_request(vaplic, source, target);
    } else {
        vaplic_assign_target(vaplic, source, target);
    }
    if (src->owned) {
        vaplic_route_phys(vaplic, source);
    }
}

/* ---- setip, in_clrip, setie, clrie ----------------------------------------------------------- */

void vaplic_set_pending(struct vaplic *vaplic, uint32_t source, bool pending)
{
    if (!vaplic_is_source(vaplic, source)) {
        return;
    }
    const struct vaplic_source *src = &vaplic->sources[source];
    bool level = vaplic_is_level_sensitive(src);
    if (src->mode == APLIC_SM_INACTIVE || (level && !vaplic->msi)) {
        return;
    }
    if (vaplic_is_phys(vaplic, source)) {
        if (!pending && bitmap_has(vaplic->pending, source)) {
            assign_pending(vaplic, source, false);
        }
        vaplic_phys_set_pending(vaplic, source / 32, 1u << source % 32, pending);
        return;
    }
    if (!pending || !level || bitmap_has(vaplic->rectified, source)) {
        assign_pending(vaplic, source, pending);
    }
}

void vaplic_set_enabled(struct vaplic *vaplic, uint32_t source, bool enabled)
{
    if (!vaplic_is_source(vaplic, source) || vaplic->sources[source].mode == APLIC_SM_INACTIVE ||
        bitmap_has(vaplic->enabled, source) == enabled) {
        return;
    }
    bitmap_assign(vaplic->enabled, source, enabled);
    update(vaplic, source);
}

void vaplic_set_pending_word(struct vaplic *vaplic, uint32_t reg, uint32_t bits, bool pending)
{
    uint32_t w = reg / 2;
    if (w >= vaplic->word_count) {
        return;
    }
    uint64_t able = bitmap_word(reg, bits) & vaplic->active[w] &
                    (vaplic->msi ? UINT64_MAX : ~vaplic->level_sensitive[w]);
    uint64_t owned = vaplic->vm_stopped ? 0 : vaplic->owned[w];
    uint32_t phys = bitmap_reg(owned & able, reg);
    if (phys != 0) {
        vaplic_phys_set_pending(vaplic, reg, phys, pending);
    }
    if (pending) {
        able &= ~owned & (~vaplic->level_sensitive[w] | vaplic->rectified[w]);
    }
    uint64_t changed = pending ? able & ~vaplic->pending[w] : able & vaplic->pending[w];
    vaplic->pending[w] ^= changed;
    vaplic_defer(vaplic, w, changed & vaplic->enabled[w]);
}

void vaplic_set_enabled_word(struct vaplic *vaplic, uint32_t reg, uint32_t bits, bool enabled)
{
    if (reg / 2 >= vaplic->word_count) {
        return;
    }
    uint64_t *word = &vaplic->enabled[reg / 2];
    uint64_t wide = bitmap_word(reg, bits);
    uint64_t changed = enabled ? wide & vaplic->active[reg / 2] & ~*word : wide & *word;
    *word ^= changed;
    vaplic_defer(vaplic, reg / 2, changed & (vaplic->pending[reg / 2] | vaplic->owned[reg / 2]));
}

/* Reads the rectified inputs of these. A masked source whose input is low is no longer pending. */
static uint32_t read_phys_inputs(struct vaplic *vaplic, uint32_t reg, uint32_t owned)
{
    uint32_t inputs = vaplic_phys_rectified(vaplic, reg) & owned;
    uint32_t masked = vaplic->msi ? 0
                                  : bitmap_reg(vaplic->pending[reg / 2], reg) &
                                        bitmap_reg(vaplic->level_sensitive[reg / 2], reg);
    uint64_t low = bitmap_word(reg, masked & owned & ~inputs);
    vaplic->pending[reg / 2] &= ~low;
    vaplic_defer(vaplic, reg / 2, low);
    return inputs;
}

uint32_t vaplic_read_in_clrip(struct vaplic *vaplic, uint32_t reg)
{
    if (reg / 2 >= vaplic->word_count) {
        return 0;
    }
    uint32_t owned = bitmap_reg(vaplic->owned[reg / 2], reg);
    uint32_t inputs = bitmap_reg(vaplic->rectified[reg / 2], reg);
    return owned == 0 || vaplic->vm_stopped ? inputs
                                            : inputs | read_phys_inputs(vaplic, reg, owned);
}

uint32_t vaplic_read_setie(const struct vaplic *vaplic, uint32_t reg)
{
    return reg / 2 < vaplic->word_count ? bitmap_reg(vaplic->enabled[reg / 2], reg) : 0;
}

uint32_t vaplic_read_setip(struct vaplic *vaplic, uint32_t reg)
{
    if (reg / 2 >= vaplic->word_count) {
        return 0;
    }
    uint32_t owned = bitmap_reg(vaplic->owned[reg / 2], reg);
    if (owned == 0 || vaplic->vm_stopped) {
        return bitmap_reg(vaplic->pending[reg / 2], reg);
    }
    (void)read_phys_inputs(vaplic, reg, owned);
    return bitmap_reg(vaplic->pending[reg / 2], reg) | (vaplic_phys_pending(vaplic, reg) & owned);
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static void line_set(void *controller, uint32_t source, bool level)
{
    struct vaplic *vaplic = controller;
    if (source == 0 || source >= vaplic->config.source_count || vaplic->sources[source].owned) {
        return;
    }
    struct vaplic_source *src = &vaplic->sources[source];
    src->wire = level;
    bool input = vaplic_rectified_input(src);
    if (input == bitmap_has(vaplic->rectified, source)) {
        return;
    }
    bitmap_assign(vaplic->rectified, source, input);
    if (input || vaplic_is_level_sensitive(src)) {
        assign_pending(vaplic, source, input);
    }
}

struct irq_line vaplic_line(struct vaplic *vaplic, uint32_t source)
{
    return (struct irq_line){.set = line_set, .controller = vaplic, .source = source};
}
