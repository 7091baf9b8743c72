/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's requests: by hart, their claims, and messages. */
#include "vaplic_request.h"

#include <hyp/base/assert.h>

#include "lowest_bit.h"
#include "vaplic_phys.h"

/* ---- Requests, by hart ----------------------------------------------------------------------- */

_Static_assert(APLIC_TARGET_IPRIO == 0xff, "key_of() knows");

/* Two shifts take the priority out of the target: its mask would be two instructions more. */
static inline uint32_t key_of(const struct vaplic *v, uint32_t source)
{
    return v->sources[source].target << 24 >> (24 - KEY_SHIFT) | source;
}

/* A bit of the priority at a time, highest first: sources that have it go, if any has not. */
static inline uint32_t best_of(const struct vaplic *v, const struct vaplic_idc *idc, uint32_t w)
{
    uint64_t ready = idc->requests[w];
    const uint64_t *bits = v->iprio + (size_t)v->config.iprio_bits * v->word_count + w;
    uint32_t iprio = 0;
    if (ready == 0) {
        return VAPLIC_NONE;
    }
    for (uint32_t k = 0; k < v->config.iprio_bits; k++) {
        bits -= v->word_count;
        uint64_t less = ready & ~*bits;
        iprio = iprio << 1 | (less == 0);
        ready = less != 0 ? less : ready;
    }
    return iprio << KEY_SHIFT | (w * 64 + lowest_bit(ready));
}

uint32_t vaplic_best_in_word(const struct vaplic *v, const struct vaplic_idc *idc, uint32_t w)
{
    return best_of(v, idc, w);
}

bool vaplic_signals(const struct vaplic *v, const struct vaplic_idc *idc)
{
    return v->ie && !v->msi && idc->idelivery && (idc->iforce || idc->top_key < idc->threshold_key);
}

static inline void set_external(struct vaplic *v, struct vaplic_idc *idc, bool level)
{
    idc->external = level;
    v->config.set_external(v->config.ctx, idc->vcpu, level);
}

static inline void drive(struct vaplic *v, struct vaplic_idc *idc)
{
    bool level = vaplic_signals(v, idc);
    if (level != idc->external) {
        set_external(v, idc, level);
    }
}

/* The same when `top` alone has changed, for the better: without external, iforce has no effect. */
static inline void drive_better(struct vaplic *v, struct vaplic_idc *idc)
{
    if (!idc->external && v->ie && idc->idelivery && idc->top_key < idc->threshold_key) {
        set_external(v, idc, true);
    }
}

/* The same for the worse: the level can only fall. */
static inline void drive_worse(struct vaplic *v, struct vaplic_idc *idc)
{
    if (idc->external && !idc->iforce && idc->top_key >= idc->threshold_key) {
        set_external(v, idc, false);
    }
}

void vaplic_update_external(struct vaplic *v, struct vaplic_idc *idc)
{
    drive(v, idc);
}

void vaplic_update_all_external(struct vaplic *v)
{
    const struct vaplic_idc *end = v->idcs + v->config.idc_count;
    for (struct vaplic_idc *idc = v->idcs; idc != end; idc++) {
        drive(v, idc);
    }
}

/* The source, which is no request yet, becomes one of this IDC structure. */
static inline void add(struct vaplic *v, uint32_t source, struct vaplic_idc *idc)
{
    idc->count++;
    idc->requests[source / 64] |= BIT(source % 64);
    uint32_t key = key_of(v, source);
    if (key < idc->best[source / 64]) {
        idc->best[source / 64] = key;
    }
    if (key < idc->top_key) {
        idc->top_key = key;
        drive_better(v, idc);
    }
}

/* The best request of word `at` is gone, and others of the hart are left. */
static NOINLINE void remove_best(struct vaplic *v, uint32_t at, struct vaplic_idc *idc)
{
    uint32_t was = idc->best[at];
    idc->best[at] = best_of(v, idc, at);
    if (was != idc->top_key) {
        return;
    }
    uint64_t top = VAPLIC_NONE; /* 32 bits would be extended for each comparison. */
    for (const uint32_t *best = idc->best, *end = best + v->word_count; best != end; best++) {
        top = *best < top ? *best : top;
    }
    idc->top_key = (uint32_t)top;
    drive_worse(v, idc);
}

/* The source, which is a request of this IDC structure, is none any more. */
static NOINLINE void remove(struct vaplic *v, uint32_t source, struct vaplic_idc *idc)
{
    uint32_t at = source / 64;
    idc->requests[at] &= ~BIT(source % 64);
    idc->count--;
    if ((idc->best[at] & KEY_SOURCE) != source) {
        return;
    }
    if (idc->count != 0) {
        remove_best(v, at, idc);
        return;
    }
    idc->best[at] = VAPLIC_NONE;
    idc->top_key = VAPLIC_NONE;
    drive_worse(v, idc);
}

void vaplic_remove_requests(struct vaplic *v)
{
    for (uint32_t i = 0; i < v->config.idc_count; i++) {
        struct vaplic_idc *idc = &v->idcs[i];
        for (uint32_t w = 0; w < v->word_count; w++) {
            idc->requests[w] = 0;
            idc->best[w] = VAPLIC_NONE;
        }
        idc->top_key = VAPLIC_NONE;
        idc->count = 0;
    }
}

static NOINLINE void send(struct vaplic *v, uint32_t source)
{
    uint32_t target = v->sources[source].target;
    vaplic_assign(v->pending, source, false);
    v->config.send_msi(v->config.ctx, target >> APLIC_TARGET_HART_SHIFT,
                       target >> APLIC_TARGET_GUEST_SHIFT & APLIC_TARGET_GUEST_MASK,
                       target & APLIC_TARGET_EIID);
}

void vaplic_update_request(struct vaplic *v, uint32_t source)
{
    uint32_t w = source / 64;
    uint64_t bit = BIT(source % 64);
    if ((v->deferred[w] & bit) != 0) {
        return;
    }
    uint64_t ready = v->pending[w] & v->enabled[w] & bit;
    if (v->msi) {
        if (ready != 0 && v->ie) {
            send(v, source);
        }
        return;
    }
    uint32_t i = v->sources[source].target >> APLIC_TARGET_HART_SHIFT;
    struct vaplic_idc *idc = &v->idcs[i];
    if (i < v->config.idc_count && ready != (idc->requests[w] & bit)) {
        if (ready != 0) {
            add(v, source, idc);
        } else {
            remove(v, source, idc);
        }
    }
}

void vaplic_retarget_request(struct vaplic *v, uint32_t source, uint32_t target)
{
    uint32_t i = v->sources[source].target >> APLIC_TARGET_HART_SHIFT;
    if (i < v->config.idc_count && vaplic_has(v->idcs[i].requests, source)) {
        remove(v, source, &v->idcs[i]);
    }
    vaplic_assign_target(v, source, target);
    vaplic_update_request(v, source);
}

/* ---- What the machine tells ------------------------------------------------------------------ */

/* An edge, an MSI that came to the hypervisor, a source of nobody. */
static NOINLINE void raise_other(struct vaplic *v, uint32_t source)
{
    const struct aplic_phys *phys = v->config.phys;
    HYP_REQUIRE(phys != 0 && source != 0 && source < phys->source_count);
    if (source >= v->config.source_count || !vaplic_is_phys(v, source)) {
        vaplic_phys_set_enable(v, source, false);
        return;
    }
    const struct vaplic_source *s = &v->sources[source];
    if (s->mode == APLIC_SM_INACTIVE) {
        return;
    }
    if (s->phys_enabled) {
        /* Off since its claim if it was level-sensitive then: the guest may have changed it. */
        vaplic_phys_set_enable(v, source, true);
    }
    vaplic_assign(v->pending, source, true);
    vaplic_update_request(v, source);
}

void vaplic_handle_phys_irq(struct vaplic *v, uint32_t source)
{
    const struct vaplic_source *s = v->sources + source;
    if (source >= v->config.source_count || !vaplic_is_phys(v, source) || v->msi ||
        !vaplic_is_level_sensitive(s)) {
        raise_other(v, source);
        return;
    }
    /* Off since its claim; if the guest has turned it on meanwhile, it comes once more. */
    uint64_t w = source / 64;
    uint64_t bit = BIT(source % 64);
    v->pending[w] |= bit;
    uint32_t i = s->target >> APLIC_TARGET_HART_SHIFT;
    struct vaplic_idc *idc = v->idcs + i;
    if ((v->enabled[w] & bit) != 0 && i < v->config.idc_count && (idc->requests[w] & bit) == 0) {
        add(v, source, idc);
    }
}

/* ---- Claims ---------------------------------------------------------------------------------- */

/* `source` is a request that ends when its input at the machine falls: nobody says so, it is read.
 */
static inline bool ends_at_machine(const struct vaplic *v, uint32_t source)
{
    const struct vaplic_source *s = &v->sources[source];
    return s->owned && vaplic_is_level_sensitive(s) && !v->vm_stopped;
}

/* A held source, which is a request of this hart, has fallen: that is its end. */
static void release(struct vaplic *v, struct vaplic_idc *idc, uint32_t source)
{
    vaplic_assign(v->pending, source, false);
    remove(v, source, idc);
    vaplic_sync_phys_enable(v, source);
}

/*
 * The best request that signals, if it is still one; else VAPLIC_NONE. False: more than one that
 * has fallen is before it. One is released in each call, `released` says if it was already.
 */
static bool top_of(struct vaplic *v, struct vaplic_idc *idc, bool released, uint32_t *top)
{
    for (;; released = true) {
        *top = idc->top_key < idc->threshold_key ? idc->top_key : VAPLIC_NONE;
        uint32_t source = *top & KEY_SOURCE;
        if (*top == VAPLIC_NONE || !ends_at_machine(v, source) || vaplic_phys_input(v, source)) {
            return true;
        }
        if (released) {
            return false;
        }
        release(v, idc, source);
    }
}

static inline uint32_t topi_of(uint32_t top)
{
    return (top & KEY_SOURCE) << APLIC_TOPI_ID_SHIFT | top >> KEY_SHIFT;
}

enum vdev_result vaplic_read_topi(struct vaplic *v, struct vaplic_idc *idc, uint64_t *value)
{
    uint32_t top;
    if (!top_of(v, idc, false, &top)) {
        return VDEV_AGAIN;
    }
    *value = top == VAPLIC_NONE ? 0 : topi_of(top);
    return VDEV_OK;
}

/* Whatever the best request is: one that has fallen, a line's, an edge, none. */
static NOINLINE enum vdev_result claim_any(struct vaplic *v, struct vaplic_idc *idc, bool released,
                                           uint64_t *value)
{
    uint32_t top;
    *value = 0;
    if (!top_of(v, idc, released, &top)) {
        return VDEV_AGAIN;
    }
    if (top == VAPLIC_NONE) {
        if (idc->iforce) {
            idc->iforce = false;
            drive(v, idc);
        }
        return VDEV_OK;
    }
    *value = topi_of(top);
    uint32_t source = top & KEY_SOURCE;
    const struct vaplic_source *s = &v->sources[source];
    if (!vaplic_is_level_sensitive(s) || !(s->owned || vaplic_rectified_input(s))) {
        vaplic_assign(v->pending, source, false);
        remove(v, source, idc);
    }
    return VDEV_OK;
}

enum vdev_result vaplic_read_claimi(struct vaplic *v, struct vaplic_idc *idc, uint64_t *value)
{
    uint32_t top = idc->top_key;
    uint32_t source = top & KEY_SOURCE;
    if (top >= idc->threshold_key || !ends_at_machine(v, source)) {
        return claim_any(v, idc, false, value);
    }
    *value = topi_of(top);
    if (vaplic_phys_input(v, source)) {
        return VDEV_OK; /* It stays a request until it has fallen. */
    }
    release(v, idc, source);
    return claim_any(v, idc, true, value);
}
