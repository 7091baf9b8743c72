/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's requests by hart, claims, MSIs and physical interrupts. */
#include "vaplic_request.h"

#include <hyp/base/assert.h>
#include <stddef.h>

#include "vaplic_phys.h"

/* ---- Requests, by hart ----------------------------------------------------------------------- */

bool vaplic_signals(const struct vaplic *vaplic, const struct vaplic_idc *idc)
{
    return vaplic->ie && !vaplic->msi && idc->idelivery &&
           (idc->iforce || idc->top_key < idc->threshold_key);
}

void vaplic_update_external(struct vaplic *vaplic, struct vaplic_idc *idc)
{
    bool level = vaplic_signals(vaplic, idc);
    if (level != idc->external) {
        idc->external = level;
        vaplic->config.set_external(vaplic->config.ctx, idc->vcpu, level);
    }
}

void vaplic_update_all_external(struct vaplic *vaplic)
{
    for (uint32_t i = 0; i < vaplic->config.idc_count; i++) {
        vaplic_update_external(vaplic, &vaplic->idcs[i]);
    }
}

/* The same after top_key alone has improved: without `external`, iforce has no effect. */
static inline void raise_external(struct vaplic *vaplic, struct vaplic_idc *idc)
{
    if (!idc->external && vaplic->ie && idc->idelivery && idc->top_key < idc->threshold_key) {
        idc->external = true;
        vaplic->config.set_external(vaplic->config.ctx, idc->vcpu, true);
    }
}

/* The same after top_key alone has become worse. */
static inline void lower_external(struct vaplic *vaplic, struct vaplic_idc *idc)
{
    if (idc->external && !idc->iforce && idc->top_key >= idc->threshold_key) {
        idc->external = false;
        vaplic->config.set_external(vaplic->config.ctx, idc->vcpu, false);
    }
}

/* Makes the source a request of this IDC structure. It is none yet. */
static inline void add_request(struct vaplic *vaplic, uint32_t source, struct vaplic_idc *idc)
{
    uint32_t w = source / 64;
    uint32_t key = vaplic_key(vaplic, source);
    idc->count++;
    idc->requests[w] |= BIT(source % 64);
    if (key < idc->best[w]) {
        idc->best[w] = key;
    }
    if (key < idc->top_key) {
        idc->top_key = key;
        raise_external(vaplic, idc);
    }
}

/* Finds the best request of word `w` anew, and then that of all words. */
static void update_best(struct vaplic *vaplic, uint32_t w, struct vaplic_idc *idc)
{
    uint32_t was = idc->best[w];
    idc->best[w] = vaplic_best_in_word(vaplic, idc, w);
    if (was != idc->top_key) {
        return;
    }
    uint64_t top = VAPLIC_NONE; /* A 32-bit value would be extended for each comparison. */
    for (const uint32_t *best = idc->best, *end = best + vaplic->word_count; best != end; best++) {
        top = *best < top ? *best : top;
    }
    idc->top_key = (uint32_t)top;
    lower_external(vaplic, idc);
}

/* Removes the source, which is a request of this IDC structure. */
static inline void remove_request(struct vaplic *vaplic, uint32_t source, struct vaplic_idc *idc)
{
    uint32_t w = source / 64;
    idc->requests[w] &= ~BIT(source % 64);
    idc->count--;
    if ((idc->best[w] & KEY_SOURCE) != source) {
        return;
    }
    if (idc->count != 0) {
        update_best(vaplic, w, idc);
        return;
    }
    idc->best[w] = VAPLIC_NONE;
    idc->top_key = VAPLIC_NONE;
    lower_external(vaplic, idc);
}

void vaplic_remove_requests(struct vaplic *vaplic)
{
    for (uint32_t i = 0; i < vaplic->config.idc_count; i++) {
        struct vaplic_idc *idc = &vaplic->idcs[i];
        for (uint32_t w = 0; w < vaplic->word_count; w++) {
            idc->requests[w] = 0;
            idc->best[w] = VAPLIC_NONE;
        }
        idc->top_key = VAPLIC_NONE;
        idc->count = 0;
    }
}

static void send_msi(struct vaplic *vaplic, uint32_t source)
{
    uint32_t target = vaplic->sources[source].target;
    bitmap_assign(vaplic->pending, source, false);
    vaplic->config.send_msi(vaplic->config.ctx, target >> APLIC_TARGET_HART_SHIFT,
                            target >> APLIC_TARGET_GUEST_SHIFT & APLIC_TARGET_GUEST_MASK,
                            target & APLIC_TARGET_EIID);
}

void vaplic_update_request(struct vaplic *vaplic, uint32_t source)
{
    uint32_t w = source / 64;
    uint64_t bit = BIT(source % 64);
    if ((vaplic->deferred[w] & bit) != 0) {
        return;
    }
    uint64_t request = vaplic->pending[w] & vaplic->enabled[w] & bit;
    if (vaplic->msi) {
        if (request != 0 && vaplic->ie) {
            send_msi(vaplic, source);
        }
        return;
    }
    uint32_t i = vaplic->sources[source].target >> APLIC_TARGET_HART_SHIFT;
    struct vaplic_idc *idc = &vaplic->idcs[i];
    if (i < vaplic->config.idc_count && request != (idc->requests[w] & bit)) {
        if (request != 0) {
            add_request(vaplic, source, idc);
        } else {
            remove_request(vaplic, source, idc);
        }
    }
}

void vaplic_retarget_request(struct vaplic *vaplic, uint32_t source, uint32_t target)
{
    uint32_t i = vaplic->sources[source].target >> APLIC_TARGET_HART_SHIFT;
    if (i < vaplic->config.idc_count && bitmap_has(vaplic->idcs[i].requests, source)) {
        remove_request(vaplic, source, &vaplic->idcs[i]);
    }
    vaplic_assign_target(vaplic, source, target);
    vaplic_update_request(vaplic, source);
}

/* ---- Physical interrupts --------------------------------------------------------------------- */

void vaplic_handle_any_phys_irq(struct vaplic *vaplic, uint32_t source)
{
    const struct aplic_phys *phys = vaplic->config.phys;
    HYP_REQUIRE(phys != NULL && source != 0 && source < phys->source_count);
    if (source >= vaplic->config.source_count || !vaplic_is_phys(vaplic, source)) {
        vaplic_phys_set_enable(vaplic, source, false);
        return;
    }
    const struct vaplic_source *src = &vaplic->sources[source];
    if (src->mode == APLIC_SM_INACTIVE) {
        return;
    }
    bool masked = !vaplic->msi && vaplic_is_level_sensitive(src);
    if (src->phys_enabled && !masked) {
        /* The driver's claim masked it if it was level-sensitive then. The guest may have changed
         * its mode since. */
        vaplic_phys_set_enable(vaplic, source, true);
    }
    bitmap_assign(vaplic->pending, source, true);
    vaplic_update_request(vaplic, source);
}

/* ---- Claims ---------------------------------------------------------------------------------- */

/* True if the request ends when the physical input falls. No interrupt says so, it is read. */
static inline bool is_phys_level(const struct vaplic *vaplic, uint32_t source)
{
    const struct vaplic_source *src = &vaplic->sources[source];
    return src->owned && vaplic_is_level_sensitive(src) && !vaplic->vm_stopped;
}

/* Ends the request of a masked source, as its input has fallen. */
static void end_request(struct vaplic *vaplic, struct vaplic_idc *idc, uint32_t source)
{
    bitmap_assign(vaplic->pending, source, false);
    remove_request(vaplic, source, idc);
    vaplic_sync_phys_enable(vaplic, source);
}

/*
 * Finds the best request that signals, VAPLIC_NONE if there is none. A request whose physical input
 * has fallen ends here, one in each access; `ended` says that this access has ended one already.
 * False: the access must be repeated, since another one has fallen, too.
 */
static bool top_of(struct vaplic *vaplic, struct vaplic_idc *idc, bool ended, uint32_t *top)
{
    for (;; ended = true) {
        *top = idc->top_key < idc->threshold_key ? idc->top_key : VAPLIC_NONE;
        uint32_t source = *top & KEY_SOURCE;
        if (*top == VAPLIC_NONE || !is_phys_level(vaplic, source) ||
            vaplic_phys_input(vaplic, source)) {
            return true;
        }
        if (ended) {
            return false;
        }
        end_request(vaplic, idc, source);
    }
}

enum vdev_result vaplic_read_topi(struct vaplic *vaplic, struct vaplic_idc *idc, uint64_t *value)
{
    uint32_t top;
    if (!top_of(vaplic, idc, false, &top)) {
        return VDEV_AGAIN;
    }
    *value = top == VAPLIC_NONE ? 0 : vaplic_topi(top);
    return VDEV_OK;
}

static enum vdev_result claim(struct vaplic *vaplic, struct vaplic_idc *idc, bool ended,
                              uint64_t *value)
{
    uint32_t top;
    *value = 0;
    if (!top_of(vaplic, idc, ended, &top)) {
        return VDEV_AGAIN;
    }
    if (top == VAPLIC_NONE) {
        if (idc->iforce) {
            idc->iforce = false;
            vaplic_update_external(vaplic, idc);
        }
        return VDEV_OK;
    }
    *value = vaplic_topi(top);
    uint32_t source = top & KEY_SOURCE;
    const struct vaplic_source *src = &vaplic->sources[source];
    if (!vaplic_is_level_sensitive(src) || !(src->owned || vaplic_rectified_input(src))) {
        bitmap_assign(vaplic->pending, source, false);
        remove_request(vaplic, source, idc);
    }
    return VDEV_OK;
}

enum vdev_result vaplic_read_claimi(struct vaplic *vaplic, struct vaplic_idc *idc, uint64_t *value)
{
    return claim(vaplic, idc, false, value);
}

enum vdev_result vaplic_claim_next(struct vaplic *vaplic, struct vaplic_idc *idc, uint64_t *value)
{
    end_request(vaplic, idc, idc->top_key & KEY_SOURCE);
    return claim(vaplic, idc, true, value);
}
