/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The APLIC model's short way of claimi, sourcecfg and target.
 *
 * Each function looks whether the short way applies before it changes anything, and else ends in a
 * call of the plain model. vaplic_prop draws which of both it calls, and compares both with the
 * reference. Instructions of //tests/bench:report, this way and by the plain model alone:
 *
 *   read    aplic_claimi, aplic_read    @1
 */
#include "vaplic_phys.h"
#include "vaplic_request.h"

/* The IDC structure whose best request is a physical level, if the access is to its claimi. */
static inline struct vaplic_idc *claimed_phys_level(const struct vaplic *vaplic, uint64_t offset,
                                                    unsigned size)
{
    uint64_t i = (offset - APLIC_IDC) / APLIC_IDC_STRIDE; /* Huge below the first. */
    if (size != 4 || offset % APLIC_IDC_STRIDE != APLIC_CLAIMI || i >= vaplic->config.idc_count) {
        return 0;
    }
    struct vaplic_idc *idc = &vaplic->idcs[i];
    uint32_t source = idc->top_key & KEY_SOURCE;
    bool applies = idc->top_key < idc->threshold_key && vaplic_is_phys(vaplic, source) &&
                   vaplic_is_level_sensitive(&vaplic->sources[source]);
    return applies ? idc : 0;
}

static enum vdev_result read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    struct vaplic *vaplic = state;
    struct vaplic_idc *idc = claimed_phys_level(vaplic, offset, size);
    if (idc == 0) {
        return vaplic_read(vaplic, offset, size, value);
    }
    if (!vaplic_phys_input(vaplic, idc->top_key & KEY_SOURCE)) {
        return vaplic_claim_next(vaplic, idc, value);
    }
    *value = vaplic_topi(idc->top_key); /* It stays pending until its input falls. */
    return VDEV_OK;
}

const struct vdev_ops vaplic_vdev_ops = {.read = read, .write = vaplic_write, .more = vaplic_more};
