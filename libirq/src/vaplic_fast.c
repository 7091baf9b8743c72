/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The APLIC model's short ways: a physical level-sensitive source that is its hart's only request,
 * reads and writes of sourcecfg and target, and setipnum_le.
 *
 * Each function looks whether a short way applies before it changes anything, and else ends in a
 * call of the plain model. vaplic_prop draws which of both it calls, and compares both with the
 * reference. Instructions of a whole exit in //tests/bench:report:
 *
 *   vaplic_handle_phys_irq   uart_irq_to_trap_vaplic   293, by the plain model 339
 *   read                     aplic_claimi              229
 *                            aplic_read                178, by the plain model 231
 *   write                    imsic_setipnum            232, by the plain model 295
 */
#include <stddef.h>

#include "vaplic_phys.h"
#include "vaplic_request.h"
#include "vaplic_source.h"

/* The IDC structure whose claimi is accessed, if its best request is a physical level; else NULL.
 */
static inline struct vaplic_idc *claimed_phys_level(const struct vaplic *vaplic, uint64_t offset,
                                                    unsigned size)
{
    uint64_t i = (offset - APLIC_IDC) / APLIC_IDC_STRIDE; /* Huge below the first. */
    if (size != 4 || offset % APLIC_IDC_STRIDE != APLIC_CLAIMI || i >= vaplic->config.idc_count) {
        return NULL;
    }
    struct vaplic_idc *idc = &vaplic->idcs[i];
    uint32_t source = idc->top_key & KEY_SOURCE;
    bool applies = idc->top_key < idc->threshold_key && vaplic_is_phys(vaplic, source) &&
                   vaplic_is_level_sensitive(&vaplic->sources[source]);
    return applies ? idc : 0;
}

/* The source whose register in the array at `array` is accessed, or 0. */
static inline uint32_t source_at(const struct vaplic *vaplic, uint64_t array, uint64_t offset,
                                 unsigned size)
{
    uint64_t source = (offset - array) / 4; /* Huge below the array. */
    return size == 4 && offset % 4 == 0 && source < vaplic->config.source_count ? (uint32_t)source
                                                                                : 0;
}

static enum vdev_result read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    struct vaplic *vaplic = state;
    uint32_t source = source_at(vaplic, APLIC_SOURCECFG, offset, size);
    if (source != 0) {
        *value = vaplic->sources[source].mode;
        return VDEV_OK;
    }
    source = source_at(vaplic, APLIC_TARGET, offset, size);
    if (source != 0) {
        *value = vaplic->sources[source].target;
        return VDEV_OK;
    }
    struct vaplic_idc *idc = claimed_phys_level(vaplic, offset, size);
    if (idc == NULL) {
        return vaplic_read(vaplic, offset, size, value);
    }
    if (!vaplic_phys_input(vaplic, idc->top_key & KEY_SOURCE)) {
        return vaplic_claim_next(vaplic, idc, value);
    }
    *value = vaplic_topi(idc->top_key); /* It stays pending until its input falls. */
    return VDEV_OK;
}

static enum vdev_result write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    struct vaplic *vaplic = state;
    uint32_t configured = source_at(vaplic, APLIC_SOURCECFG, offset, size);
    uint32_t targeted = source_at(vaplic, APLIC_TARGET, offset, size);
    if (configured != 0) {
        vaplic_write_sourcecfg(vaplic, configured, (uint32_t)value);
    } else if (targeted != 0) {
        vaplic_write_target(vaplic, targeted, (uint32_t)value);
    } else if (offset == APLIC_SETIPNUM_LE && size == 4) {
        vaplic_set_pending(vaplic, (uint32_t)value, true);
    } else {
        return vaplic_write(vaplic, offset, size, value);
    }
    return vaplic->deferred_words == 0 ? VDEV_OK : vaplic_more(vaplic);
}

const struct vdev_ops vaplic_vdev_ops = {.read = read, .write = write, .more = vaplic_more};

/* The IDC structure of which the physical source becomes the only request, or NULL. */
static inline struct vaplic_idc *idle_target(const struct vaplic *vaplic, uint32_t source)
{
    if (source >= vaplic->config.source_count || !vaplic_is_phys(vaplic, source) || vaplic->msi) {
        return NULL;
    }
    const struct vaplic_source *src = &vaplic->sources[source];
    uint32_t i = src->target >> APLIC_TARGET_HART_SHIFT;
    uint64_t able = vaplic->enabled[source / 64] & ~vaplic->deferred[source / 64];
    bool applies = vaplic_is_level_sensitive(src) && i < vaplic->config.idc_count &&
                   (able >> source % 64 & 1) != 0 && vaplic->idcs[i].count == 0;
    return applies ? &vaplic->idcs[i] : 0;
}

void vaplic_handle_phys_irq(struct vaplic *vaplic, uint32_t source)
{
    struct vaplic_idc *idc = idle_target(vaplic, source);
    if (idc == 0) {
        vaplic_handle_any_phys_irq(vaplic, source);
        return;
    }
    uint32_t key = vaplic_key(vaplic, source);
    vaplic->pending[source / 64] |= BIT(source % 64);
    idc->requests[source / 64] = BIT(source % 64);
    idc->best[source / 64] = key;
    idc->top_key = key;
    idc->count = 1;
    if (!idc->external && vaplic->ie && idc->idelivery && key < idc->threshold_key) {
        idc->external = true;
        vaplic->config.set_external(vaplic->config.ctx, idc->vcpu, true);
    }
}
