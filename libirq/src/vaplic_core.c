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

uint32_t vaplic_best(const struct vaplic *v, const struct vaplic_idc *idc)
{
    uint32_t best = VAPLIC_NONE;
    for (uint64_t words = idc->words; words != 0; words &= words - 1) {
        uint32_t w = first(words);
        for (uint64_t ready = idc->ready[w]; ready != 0; ready &= ready - 1) {
            uint32_t key = key_of(v, w * 64 + first(ready));
            best = key < best ? key : best;
        }
    }
    return best;
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
    idc->words |= 1u << source / 64;
    uint32_t key = key_of(v, source);
    if (key < idc->top) {
        idc->top = key;
        drive(v, idc);
    }
}

void vaplic_withdraw(struct vaplic *v, uint32_t source, struct vaplic_idc *idc)
{
    uint64_t word = idc->ready[source / 64] & ~BIT(source % 64);
    idc->ready[source / 64] = word;
    if (word == 0) {
        idc->words &= ~(1u << source / 64);
    }
    if ((idc->top & KEY_SOURCE) == source) {
        idc->top = idc->words == 0 ? VAPLIC_NONE : vaplic_best(v, idc);
        drive(v, idc);
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

void vaplic_settle(struct vaplic *v, uint32_t source)
{
    bool ready = vaplic_has(v->pending, source) && vaplic_has(v->enabled, source);
    uint32_t i = v->sources[source].target >> APLIC_TARGET_HART_SHIFT;
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

/* The best request that signals, if it is still one; else VAPLIC_NONE. */
static uint32_t top_of(struct vaplic *v, const struct vaplic_idc *idc)
{
    while (idc->top < idc->limit) {
        uint32_t source = idc->top & KEY_SOURCE;
        if (!is_told(v, source) || is_high(v, source)) {
            return idc->top;
        }
        vaplic_release(v, source);
    }
    return VAPLIC_NONE;
}

static inline uint32_t topi_of(uint32_t top)
{
    return (top & KEY_SOURCE) << APLIC_TOPI_ID_SHIFT | top >> KEY_SHIFT;
}

uint32_t vaplic_topi(struct vaplic *v, struct vaplic_idc *idc)
{
    uint32_t top = top_of(v, idc);
    return top == VAPLIC_NONE ? 0 : topi_of(top);
}

/* Whatever the best request is: one that has fallen, a line's, an edge, none. */
static NOINLINE enum vdev_result claim_any(struct vaplic *v, struct vaplic_idc *idc,
                                           uint64_t *value)
{
    uint32_t top = top_of(v, idc);
    *value = 0;
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
        return claim_any(v, idc, value);
    }
    *value = topi_of(top);
    if (is_high(v, source)) {
        return VDEV_OK; /* It stays a request until it has fallen. */
    }
    vaplic_release(v, source);
    return claim_any(v, idc, value);
}

/* A change of DM: targets are read anew, and direct mode's levels pend. */
static void turn(struct vaplic *v, bool msi)
{
    for (uint32_t i = 0; i < v->config.idc_count; i++) {
        struct vaplic_idc *idc = &v->idcs[i];
        for (uint32_t w = 0; w < v->word_count; w++) {
            idc->ready[w] = 0;
        }
        idc->words = 0;
        idc->top = VAPLIC_NONE;
    }
    v->msi = msi;
    for (uint32_t source = 1; source < v->config.source_count; source++) {
        struct vaplic_source *s = &v->sources[source];
        s->target = vaplic_legal_target(v, s->target);
        if (!msi && aplic_sm_is_level(s->mode) && vaplic_has(v->inputs, source)) {
            vaplic_assign(v->pending, source, true);
        }
        vaplic_settle(v, source);
    }
}

/* In MSI mode, IE is another: what waited goes, and the machine follows. */
static void forward(struct vaplic *v)
{
    for (uint32_t w = 0; w < v->word_count; w++) {
        for (uint64_t bits = v->enabled[w]; bits != 0; bits &= bits - 1) {
            uint32_t source = w * 64 + first(bits);
            vaplic_settle(v, source);
            if (vaplic_at_machine(v, source)) {
                vaplic_follow(v, source);
            }
        }
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
    }
    for (uint32_t source = 1; source < v->config.source_count; source++) {
        struct vaplic_source *s = &v->sources[source];
        *s = (struct vaplic_source){
            .target = vaplic_legal_target(v, 0), .wire = s->wire, .owned = s->owned};
    }
    for (uint32_t i = 0; i < v->config.idc_count; i++) {
        struct vaplic_idc *idc = &v->idcs[i];
        *idc = (struct vaplic_idc){.ready = idc->ready,
                                   .top = VAPLIC_NONE,
                                   .limit = VAPLIC_NONE,
                                   .vcpu = i,
                                   .external = idc->external};
        for (uint32_t w = 0; w < v->word_count; w++) {
            idc->ready[w] = 0;
        }
    }
}

void vaplic_reset(struct vaplic *v)
{
    vaplic_stop(v);
    vaplic_clear(v);
    for (uint32_t i = 0; i < v->config.idc_count; i++) {
        drive(v, &v->idcs[i]);
    }
    v->stopped = false;
}
