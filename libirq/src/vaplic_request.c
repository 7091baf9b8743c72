/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's core: requests, claims and messages. */
#include "vaplic_priv.h"

#include <hyp/base/assert.h>

#include "first.h"

/* ---- Requests, by hart ----------------------------------------------------------------------- */

static inline uint32_t key_of(const struct vaplic *v, uint32_t source)
{
    return (v->sources[source].target & APLIC_TARGET_IPRIO) << KEY_SHIFT | source;
}

/* A bit of the priority at a time, highest first: sources that have it go, if any has not. */
uint32_t vaplic_best(const struct vaplic *v, const struct vaplic_idc *idc, uint32_t w)
{
    uint64_t ready = idc->ready[w];
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
    return iprio << KEY_SHIFT | (w * 64 + first(ready));
}

bool vaplic_signals(const struct vaplic *v, const struct vaplic_idc *idc)
{
    return v->ie && !v->msi && idc->idelivery && (idc->iforce || idc->top < idc->limit);
}

static inline void drive(struct vaplic *v, struct vaplic_idc *idc)
{
    bool level = vaplic_signals(v, idc);
    if (level != idc->external) {
        idc->external = level;
        v->config.set_external(v->config.ctx, idc->vcpu, level);
    }
}

void vaplic_drive(struct vaplic *v, struct vaplic_idc *idc)
{
    drive(v, idc);
}

bool vaplic_external_level(const struct vaplic *v, uint32_t vcpu)
{
    return vaplic_signals(v, &v->idcs[vcpu]);
}

/* A source that is none yet. */
static inline void request(struct vaplic *v, uint32_t source, struct vaplic_idc *idc)
{
    idc->ready[source / 64] |= BIT(source % 64);
    uint32_t key = key_of(v, source);
    if (key < idc->best[source / 64]) {
        idc->best[source / 64] = key;
    }
    if (key < idc->top) {
        idc->top = key;
        drive(v, idc);
    }
}

void vaplic_withdraw(struct vaplic *v, uint32_t source, struct vaplic_idc *idc)
{
    uint32_t at = source / 64;
    idc->ready[at] &= ~BIT(source % 64);
    if ((idc->best[at] & KEY_SOURCE) != source) {
        return;
    }
    idc->best[at] = vaplic_best(v, idc, at);
    if ((idc->top & KEY_SOURCE) != source) {
        return;
    }
    uint32_t top = VAPLIC_NONE;
    for (uint32_t w = 0; w < v->word_count; w++) {
        top = idc->best[w] < top ? idc->best[w] : top;
    }
    idc->top = top;
    drive(v, idc);
}

static NOINLINE void send(struct vaplic *v, uint32_t source)
{
    uint32_t target = v->sources[source].target;
    vaplic_assign(v->pending, source, false);
    v->config.send_msi(v->config.ctx, target >> APLIC_TARGET_HART_SHIFT,
                       target >> APLIC_TARGET_GUEST_SHIFT & APLIC_TARGET_GUEST_MASK,
                       target & APLIC_TARGET_EIID);
}

void vaplic_settle(struct vaplic *v, uint32_t source)
{
    bool ready = vaplic_has(v->pending, source) && vaplic_has(v->enabled, source);
    uint32_t i = v->sources[source].target >> APLIC_TARGET_HART_SHIFT;
    if (vaplic_has(v->late, source)) {
        return;
    }
    if (v->msi) {
        if (ready && v->ie) {
            send(v, source);
        }
        return;
    }
    struct vaplic_idc *idc = &v->idcs[i];
    if (i < v->config.idc_count && ready != vaplic_has(idc->ready, source)) {
        if (ready) {
            request(v, source, idc);
        } else {
            vaplic_withdraw(v, source, idc);
        }
    }
}

/* ---- What takes more than one call ----------------------------------------------------------- */

void vaplic_mark_late(struct vaplic *v, uint32_t w, uint64_t sources)
{
    if (sources != 0) {
        v->late[w] |= sources;
        v->late_words |= 1u << w;
    }
}

static void catch_up(struct vaplic *v, uint32_t source)
{
    struct vaplic_source *s = &v->sources[source];
    if (!v->msi) { /* Perhaps since now: see turn(). */
        uint32_t target = vaplic_legal_target(v, s->target);
        vaplic_set_iprio(v, source, s->target ^ target);
        s->target = target;
        if (aplic_sm_is_level(s->mode) && vaplic_has(v->inputs, source)) {
            vaplic_assign(v->pending, source, true);
        }
    }
    vaplic_settle(v, source);
    if (vaplic_at_machine(v, source)) {
        vaplic_follow(v, source);
    }
}

bool vaplic_catch_up(struct vaplic *v, uint32_t count)
{
    for (; v->late_words != 0 && count != 0; count--) {
        uint32_t w = first(v->late_words);
        uint64_t late = v->late[w];
        v->late[w] = late & (late - 1);
        if (v->late[w] == 0) {
            v->late_words &= v->late_words - 1;
        }
        catch_up(v, w * 64 + first(late));
    }
    return v->late_words == 0;
}

/* ---- What the machine tells ------------------------------------------------------------------ */

/* An edge, an MSI that came to the hypervisor, a source of nobody. */
static NOINLINE void raise_other(struct vaplic *v, uint32_t source)
{
    const struct aplic_phys *phys = v->config.phys;
    HYP_REQUIRE(phys != 0 && source != 0 && source < phys->source_count);
    if (source >= v->config.source_count || !vaplic_at_machine(v, source)) {
        phys->ops->set_enable(phys->state, source, false);
        return;
    }
    const struct vaplic_source *s = &v->sources[source];
    if (s->mode == APLIC_SM_INACTIVE) {
        return;
    }
    if (s->armed) {
        /* Off since its claim if it was level-sensitive then: the guest may have changed it. */
        phys->ops->set_enable(phys->state, source, true);
    }
    vaplic_assign(v->pending, source, true);
    vaplic_settle(v, source);
}

void vaplic_raise(struct vaplic *v, uint32_t source)
{
    const struct vaplic_source *s = v->sources + source;
    if (source >= v->config.source_count || !vaplic_at_machine(v, source) || v->msi ||
        !aplic_sm_is_level(s->mode)) {
        raise_other(v, source);
        return;
    }
    /* Off since its claim; if the guest has turned it on meanwhile, it comes once more. */
    uint64_t w = source / 64;
    uint64_t bit = BIT(source % 64);
    v->pending[w] |= bit;
    uint32_t i = s->target >> APLIC_TARGET_HART_SHIFT;
    struct vaplic_idc *idc = v->idcs + i;
    if ((v->enabled[w] & bit) != 0 && i < v->config.idc_count && (idc->ready[w] & bit) == 0) {
        request(v, source, idc);
    }
}

/* ---- Registers of harts, and of the domain --------------------------------------------------- */

/* `source` is a request of a hart that the machine tells of: it is held. */
static inline bool is_told(const struct vaplic *v, uint32_t source)
{
    const struct vaplic_source *s = &v->sources[source];
    return s->owned && aplic_sm_is_level(s->mode) && !v->stopped;
}

/* Of such a one: its input. */
static inline bool is_high(const struct vaplic *v, uint32_t source)
{
    const struct aplic_phys *phys = v->config.phys;
    return (phys->ops->inputs(phys->state, source / 32) >> source % 32 & 1) != 0;
}

/* A held source, which is a request of this hart, has fallen: that is its end. */
static void release(struct vaplic *v, struct vaplic_idc *idc, uint32_t source)
{
    vaplic_assign(v->pending, source, false);
    vaplic_withdraw(v, source, idc);
    vaplic_follow(v, source);
}

/*
 * The best request that signals, if it is still one; else VAPLIC_NONE. False: more than one that
 * has fallen is before it. One is released in each call, `released` says if it was already.
 */
static bool top_of(struct vaplic *v, struct vaplic_idc *idc, bool released, uint32_t *top)
{
    for (;; released = true) {
        *top = idc->top < idc->limit ? idc->top : VAPLIC_NONE;
        uint32_t source = *top & KEY_SOURCE;
        if (*top == VAPLIC_NONE || !is_told(v, source) || is_high(v, source)) {
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

enum vdev_result vaplic_topi(struct vaplic *v, struct vaplic_idc *idc, uint64_t *value)
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
    if (!aplic_sm_is_level(s->mode) || !(s->owned || vaplic_rectified(s))) {
        vaplic_assign(v->pending, source, false);
        vaplic_withdraw(v, source, idc);
    }
    return VDEV_OK;
}

enum vdev_result vaplic_claimi(struct vaplic *v, struct vaplic_idc *idc, uint64_t *value)
{
    uint32_t top = idc->top;
    uint32_t source = top & KEY_SOURCE;
    if (top >= idc->limit || !is_told(v, source)) {
        return claim_any(v, idc, false, value);
    }
    *value = topi_of(top);
    if (is_high(v, source)) {
        return VDEV_OK; /* It stays a request until it has fallen. */
    }
    release(v, idc, source);
    return claim_any(v, idc, true, value);
}

static void no_requests(struct vaplic *v, struct vaplic_idc *idc)
{
    for (uint32_t w = 0; w < v->word_count; w++) {
        idc->ready[w] = 0;
        idc->best[w] = VAPLIC_NONE;
    }
    idc->top = VAPLIC_NONE;
}

/* A change of DM: targets are read anew, and direct mode's levels pend. */
static void turn(struct vaplic *v, bool msi)
{
    for (uint32_t i = 0; i < v->config.idc_count; i++) {
        no_requests(v, &v->idcs[i]);
    }
    v->msi = msi;
    for (uint32_t w = 0; w < v->word_count; w++) {
        uint64_t rest = v->config.source_count - w * 64;
        uint64_t sources = rest >= 64 ? UINT64_MAX : BIT(rest) - 1;
        vaplic_mark_late(v, w, w == 0 ? sources & ~BIT(0) : sources); /* There is no source 0. */
    }
}

/* In MSI mode, IE is another: what waited goes, and the machine follows. */
static void forward(struct vaplic *v)
{
    for (uint32_t w = 0; w < v->word_count; w++) {
        vaplic_mark_late(v, w, v->enabled[w] & (v->pending[w] | v->owned[w]));
    }
}

void vaplic_set_domaincfg(struct vaplic *v, uint32_t value)
{
    bool both = v->config.delivery == (VAPLIC_DIRECT | VAPLIC_MSI);
    bool msi = both ? (value & APLIC_DOMAINCFG_DM) != 0 : v->msi;
    bool ie = (value & APLIC_DOMAINCFG_IE) != 0;
    bool turned = msi != v->msi;
    if (!turned && ie == v->ie) {
        return;
    }
    v->ie = ie;
    if (turned) {
        turn(v, msi);
    } else if (msi) {
        forward(v);
    }
    for (uint32_t i = 0; i < v->config.idc_count; i++) {
        drive(v, &v->idcs[i]);
    }
}

/* ---- The VM's end ---------------------------------------------------------------------------- */

void vaplic_clear(struct vaplic *v)
{
    v->ie = false;
    v->msi = v->config.delivery == VAPLIC_MSI;
    v->genmsi = 0;
    for (uint32_t w = 0; w < v->word_count; w++) {
        v->pending[w] = 0;
        v->enabled[w] = 0;
        v->inputs[w] = 0;
        v->active[w] = 0;
        v->levels[w] = 0;
        v->late[w] = 0;
        for (uint32_t k = 0; k < 8; k++) {
            v->iprio[k * v->word_count + w] = 0;
        }
    }
    v->late_words = 0;
    for (uint32_t source = 1; source < v->config.source_count; source++) {
        struct vaplic_source *s = &v->sources[source];
        *s = (struct vaplic_source){
            .target = vaplic_legal_target(v, 0), .wire = s->wire, .owned = s->owned};
        vaplic_set_iprio(v, source, s->target);
    }
    for (uint32_t i = 0; i < v->config.idc_count; i++) {
        struct vaplic_idc *idc = &v->idcs[i];
        *idc = (struct vaplic_idc){.ready = idc->ready,
                                   .best = idc->best,
                                   .limit = VAPLIC_NONE,
                                   .vcpu = i,
                                   .external = idc->external};
        no_requests(v, idc);
    }
}

HYP_COLD void vaplic_reset(struct vaplic *v)
{
    vaplic_stop(v);
    vaplic_clear(v);
    for (uint32_t i = 0; i < v->config.idc_count; i++) {
        drive(v, &v->idcs[i]);
    }
    v->stopped = false;
}
