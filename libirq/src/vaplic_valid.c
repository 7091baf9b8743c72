/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's invariants. */
#include <hyp/irq/vaplic.h>

#include "lowest_bit.h"
#include "vaplic_request.h"

static bool source_is_valid(const struct vaplic *v, uint32_t source)
{
    const struct vaplic_source *s = &v->sources[source];
    bool pending = vaplic_has(v->pending, source);
    bool enabled = vaplic_has(v->enabled, source);
    bool input = vaplic_has(v->rectified, source);
    uint32_t iprio = s->target & APLIC_TARGET_IPRIO;
    if (s->owned != vaplic_has(v->owned, source) || s->mode > APLIC_SM_LEVEL0 ||
        vaplic_has(v->active, source) != (s->mode != APLIC_SM_INACTIVE) ||
        vaplic_has(v->level_sensitive, source) != vaplic_is_level_sensitive(s) ||
        input != (!s->owned && vaplic_rectified_input(s)) ||
        (s->mode == APLIC_SM_INACTIVE && (pending || enabled))) {
        return false;
    }
    if (vaplic_has(v->deferred, source)) {
        return true; /* The rest will be. */
    }
    if ((v->msi ? v->ie && pending && enabled
                : (input && vaplic_is_level_sensitive(s) && !pending) || iprio == 0 ||
                      iprio >> v->config.iprio_bits != 0) ||
        (s->phys_enabled && !(s->owned && enabled && !v->vm_stopped))) {
        return false;
    }
    for (uint32_t i = 0; i < v->config.idc_count; i++) {
        bool request = !v->msi && pending && enabled && s->target >> APLIC_TARGET_HART_SHIFT == i;
        if (vaplic_has(v->idcs[i].requests, source) != request) {
            return false;
        }
    }
    return true;
}

static bool idc_is_valid(const struct vaplic *v, const struct vaplic_idc *idc)
{
    uint32_t top = VAPLIC_NONE;
    uint32_t count = 0;
    bool best = true;
    for (uint32_t w = 0; w < v->word_count; w++) {
        uint32_t key = VAPLIC_NONE;
        for (uint64_t ready = idc->requests[w]; ready != 0; ready &= ready - 1) {
            count++;
            uint32_t source = w * 64 + lowest_bit(ready);
            uint32_t iprio = v->sources[source].target & APLIC_TARGET_IPRIO;
            key = (iprio << KEY_SHIFT | source) < key ? iprio << KEY_SHIFT | source : key;
        }
        best = best && key == idc->best[w] && key == vaplic_best_in_word(v, idc, w);
        top = key < top ? key : top;
    }
    bool limit = idc->threshold_key == VAPLIC_NONE ||
                 (idc->threshold_key % (1u << KEY_SHIFT) == 0 && idc->threshold_key != 0 &&
                  idc->threshold_key >> KEY_SHIFT >> v->config.iprio_bits == 0);
    return best && limit && idc->count == count && idc->top_key == top &&
           idc->external == vaplic_signals(v, idc);
}

/* No bit in it that is no source's. */
static bool map_is_valid(const struct vaplic *v, const uint64_t *map)
{
    uint32_t used = v->config.source_count % 64;
    return (map[0] & 1) == 0 && (used == 0 || map[v->word_count - 1] >> used == 0);
}

bool vaplic_is_valid(const struct vaplic *v)
{
    bool mode = (v->config.delivery & (v->msi ? VAPLIC_MSI : VAPLIC_DIRECT)) != 0;
    if (!mode || !map_is_valid(v, v->pending) || !map_is_valid(v, v->enabled) ||
        !map_is_valid(v, v->rectified) || !map_is_valid(v, v->owned) ||
        !map_is_valid(v, v->deferred) || !map_is_valid(v, v->active) ||
        !map_is_valid(v, v->level_sensitive)) {
        return false;
    }
    for (uint32_t source = 1; source < v->config.source_count; source++) {
        if (!source_is_valid(v, source)) {
            return false;
        }
    }
    for (uint32_t w = 0; w < v->word_count; w++) {
        if ((v->deferred[w] != 0) != ((v->deferred_words >> w & 1) != 0)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < v->config.idc_count; i++) {
        if (!map_is_valid(v, v->idcs[i].requests) || !idc_is_valid(v, &v->idcs[i])) {
            return false;
        }
    }
    return true;
}
