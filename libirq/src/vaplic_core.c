/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's core: requests, claims and messages. */
#include "vaplic_priv.h"

#include "first.h"

/* ---- Requests, by hart -------------------------------------------------------------------------
 */

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

void vaplic_drive(struct vaplic *v, uint32_t i)
{
    struct vaplic_idc *idc = &v->idcs[i];
    bool level = vaplic_signals(v, idc);
    if (level != idc->external) {
        idc->external = level;
        v->config.set_external(v->config.ctx, i, level);
    }
}

bool vaplic_external_level(const struct vaplic *v, uint32_t vcpu)
{
    return vaplic_signals(v, &v->idcs[vcpu]);
}

static inline void request(struct vaplic *v, uint32_t source, uint32_t i)
{
    struct vaplic_idc *idc = &v->idcs[i];
    idc->ready[source / 64] |= BIT(source % 64);
    idc->words |= 1u << source / 64;
    uint32_t key = key_of(v, source);
    if (key < idc->top) {
        idc->top = key;
        vaplic_drive(v, i);
    }
}

void vaplic_withdraw(struct vaplic *v, uint32_t source, uint32_t i)
{
    struct vaplic_idc *idc = &v->idcs[i];
    uint64_t word = idc->ready[source / 64] & ~BIT(source % 64);
    idc->ready[source / 64] = word;
    if (word == 0) {
        idc->words &= ~(1u << source / 64);
    }
    if ((idc->top & KEY_SOURCE) == source) {
        idc->top = idc->words == 0 ? VAPLIC_NONE : vaplic_best(v, idc);
        vaplic_drive(v, i);
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
    } else if (i < v->config.idc_count && ready != vaplic_has(v->idcs[i].ready, source)) {
        if (ready) {
            request(v, source, i);
        } else {
            vaplic_withdraw(v, source, i);
        }
    }
}

/* ---- Registers of harts, and of the domain -----------------------------------------------------
 */

/* `source` is a request of a hart: it is held, and its input is low. */
static inline bool has_fallen(const struct vaplic *v, uint32_t source)
{
    const struct aplic_phys *phys = v->config.phys;
    const struct vaplic_source *s = &v->sources[source];
    return s->owned && aplic_sm_is_level(s->mode) && !v->stopped &&
           (phys->ops->inputs(phys->state, source / 32) >> source % 32 & 1) == 0;
}

/* The best request that signals, if it is still one; else VAPLIC_NONE. */
static inline uint32_t top_of(struct vaplic *v, const struct vaplic_idc *idc)
{
    while (idc->top < idc->limit) {
        uint32_t source = idc->top & KEY_SOURCE;
        if (!has_fallen(v, source)) {
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

uint32_t vaplic_topi(struct vaplic *v, uint32_t i)
{
    uint32_t top = top_of(v, &v->idcs[i]);
    return top == VAPLIC_NONE ? 0 : topi_of(top);
}

uint32_t vaplic_claimi(struct vaplic *v, uint32_t i)
{
    struct vaplic_idc *idc = &v->idcs[i];
    uint32_t top = top_of(v, idc);
    if (top == VAPLIC_NONE) {
        if (idc->iforce) {
            idc->iforce = false;
            vaplic_drive(v, i);
        }
        return 0;
    }
    uint32_t source = top & KEY_SOURCE;
    const struct vaplic_source *s = &v->sources[source];
    if (!aplic_sm_is_level(s->mode) || !(s->owned || vaplic_rectified(s))) {
        vaplic_assign(v->pending, source, false);
        vaplic_withdraw(v, source, i);
    }
    return topi_of(top);
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
        vaplic_drive(v, i);
    }
}

/* ---- The VM's end ------------------------------------------------------------------------------
 */

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
        vaplic_drive(v, i);
    }
    v->stopped = false;
}
