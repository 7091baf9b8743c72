/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's invariants. */
#include <hyp/irq/vaplic.h>

#include "first.h"
#include "vaplic_request.h"

static bool source_is_valid(const struct vaplic *v, uint32_t source)
{
    const struct vaplic_source *s = &v->sources[source];
    bool pending = vaplic_has(v->pending, source);
    bool enabled = vaplic_has(v->enabled, source);
    bool input = vaplic_has(v->inputs, source);
    uint32_t iprio = s->target & APLIC_TARGET_IPRIO;
    if (s->owned != vaplic_has(v->owned, source) || s->mode > APLIC_SM_LEVEL0 ||
        vaplic_has(v->active, source) != (s->mode != APLIC_SM_INACTIVE) ||
        vaplic_has(v->levels, source) != vaplic_is_level(s) ||
        input != (!s->owned && vaplic_rectified(s)) ||
        (s->mode == APLIC_SM_INACTIVE && (pending || enabled))) {
        return false;
    }
    if (vaplic_has(v->late, source)) {
        return true; /* The rest will be. */
    }
    if ((v->msi ? v->ie && pending && enabled
                : (input && vaplic_is_level(s) && !pending) || iprio == 0 ||
                      iprio >> v->config.iprio_bits != 0) ||
        (s->armed && !(s->owned && enabled && !v->stopped))) {
        return false;
    }
    for (uint32_t i = 0; i < v->config.idc_count; i++) {
        bool request = !v->msi && pending && enabled && s->target >> APLIC_TARGET_HART_SHIFT == i;
        if (vaplic_has(v->idcs[i].ready, source) != request) {
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
        for (uint64_t ready = idc->ready[w]; ready != 0; ready &= ready - 1) {
            count++;
            uint32_t source = w * 64 + first(ready);
            uint32_t iprio = v->sources[source].target & APLIC_TARGET_IPRIO;
            key = (iprio << KEY_SHIFT | source) < key ? iprio << KEY_SHIFT | source : key;
        }
        best = best && key == idc->best[w] && key == vaplic_request_best(v, idc, w);
        top = key < top ? key : top;
    }
    bool limit =
        idc->limit == VAPLIC_NONE || (idc->limit % (1u << KEY_SHIFT) == 0 && idc->limit != 0 &&
                                      idc->limit >> KEY_SHIFT >> v->config.iprio_bits == 0);
    return best && limit && idc->count == count && idc->top == top &&
           idc->external == vaplic_request_signals(v, idc);
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
        !map_is_valid(v, v->inputs) || !map_is_valid(v, v->owned) || !map_is_valid(v, v->late) ||
        !map_is_valid(v, v->active) || !map_is_valid(v, v->levels)) {
        return false;
    }
    for (uint32_t source = 1; source < v->config.source_count; source++) {
        if (!source_is_valid(v, source)) {
            return false;
        }
    }
    for (uint32_t w = 0; w < v->word_count; w++) {
        if ((v->late[w] != 0) != ((v->late_words >> w & 1) != 0)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < v->config.idc_count; i++) {
        if (!map_is_valid(v, v->idcs[i].ready) || !idc_is_valid(v, &v->idcs[i])) {
            return false;
        }
    }
    return true;
}
