/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's invariants. */
#include <hyp/irq/vaplic.h>

#include "vaplic_request.h"

static bool source_is_valid(const struct vaplic *vaplic, uint32_t source)
{
    const struct vaplic_source *src = &vaplic->sources[source];
    bool pending = bitmap_has(vaplic->pending, source);
    bool enabled = bitmap_has(vaplic->enabled, source);
    bool input = bitmap_has(vaplic->rectified, source);
    uint32_t iprio = src->target & APLIC_TARGET_IPRIO;
    if (src->owned != bitmap_has(vaplic->owned, source) || src->mode > APLIC_SM_LEVEL0 ||
        bitmap_has(vaplic->active, source) != (src->mode != APLIC_SM_INACTIVE) ||
        bitmap_has(vaplic->level_sensitive, source) != vaplic_is_level_sensitive(src) ||
        input != (!src->owned && vaplic_rectified_input(src)) ||
        (src->mode == APLIC_SM_INACTIVE && (pending || enabled))) {
        return false;
    }
    if (bitmap_has(vaplic->deferred, source)) {
        return true; /* The rest is deferred. */
    }
    if ((vaplic->msi ? vaplic->ie && pending && enabled
                     : (input && vaplic_is_level_sensitive(src) && !pending) || iprio == 0 ||
                           iprio >> vaplic->config.iprio_bits != 0) ||
        (src->phys_enabled && !(src->owned && enabled && !vaplic->vm_stopped))) {
        return false;
    }
    for (uint32_t i = 0; i < vaplic->config.idc_count; i++) {
        bool request =
            !vaplic->msi && pending && enabled && src->target >> APLIC_TARGET_HART_SHIFT == i;
        if (bitmap_has(vaplic->idcs[i].requests, source) != request) {
            return false;
        }
    }
    return true;
}

static bool idc_is_valid(const struct vaplic *vaplic, const struct vaplic_idc *idc)
{
    uint32_t top = VAPLIC_NONE;
    uint32_t count = 0;
    bool best = true;
    for (uint32_t w = 0; w < vaplic->word_count; w++) {
        uint32_t key = VAPLIC_NONE;
        for (uint64_t ready = idc->requests[w]; ready != 0; ready &= ready - 1) {
            count++;
            uint32_t source = w * 64 + lowest_bit(ready);
            uint32_t iprio = vaplic->sources[source].target & APLIC_TARGET_IPRIO;
            key = (iprio << KEY_SHIFT | source) < key ? iprio << KEY_SHIFT | source : key;
        }
        best = best && key == idc->best[w] && key == vaplic_best_in_word(vaplic, idc, w);
        top = key < top ? key : top;
    }
    bool limit = idc->threshold_key == VAPLIC_NONE ||
                 (idc->threshold_key % (1u << KEY_SHIFT) == 0 && idc->threshold_key != 0 &&
                  idc->threshold_key >> KEY_SHIFT >> vaplic->config.iprio_bits == 0);
    return best && limit && idc->count == count && idc->top_key == top &&
           idc->external == vaplic_signals(vaplic, idc);
}

/* Only bits of sources that exist are set. */
static bool map_is_valid(const struct vaplic *vaplic, const uint64_t *map)
{
    uint32_t used = vaplic->config.source_count % 64;
    return (map[0] & 1) == 0 && (used == 0 || map[vaplic->word_count - 1] >> used == 0);
}

bool vaplic_is_valid(const struct vaplic *vaplic)
{
    bool mode = (vaplic->config.delivery & (vaplic->msi ? VAPLIC_MSI : VAPLIC_DIRECT)) != 0;
    if (!mode || !map_is_valid(vaplic, vaplic->pending) || !map_is_valid(vaplic, vaplic->enabled) ||
        !map_is_valid(vaplic, vaplic->rectified) || !map_is_valid(vaplic, vaplic->owned) ||
        !map_is_valid(vaplic, vaplic->deferred) || !map_is_valid(vaplic, vaplic->active) ||
        !map_is_valid(vaplic, vaplic->level_sensitive)) {
        return false;
    }
    for (uint32_t source = 1; source < vaplic->config.source_count; source++) {
        if (!source_is_valid(vaplic, source)) {
            return false;
        }
    }
    for (uint32_t w = 0; w < vaplic->word_count; w++) {
        if ((vaplic->deferred[w] != 0) != ((vaplic->deferred_words >> w & 1) != 0)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < vaplic->config.idc_count; i++) {
        if (!map_is_valid(vaplic, vaplic->idcs[i].requests) ||
            !idc_is_valid(vaplic, &vaplic->idcs[i])) {
            return false;
        }
    }
    return true;
}
