/* SPDX-License-Identifier: Apache-2.0 */
/* The physical APLIC follows the guest's registers, for sources that the VM owns. */
#include "vaplic_phys.h"

#include <stddef.h>

/* Routes the physical source to the guest's target; false if that names no hart of this VM. */
static inline bool route(const struct vaplic *vaplic, uint32_t source)
{
    const struct aplic_phys *phys = vaplic->config.phys;
    uint32_t target = vaplic->sources[source].target;
    uint32_t hart_index = target >> APLIC_TARGET_HART_SHIFT;
    if (hart_index >= vaplic->config.idc_count) {
        return false;
    }
    if (!vaplic->msi) {
        phys->ops->set_target(phys->state, source, vaplic->config.hart[hart_index]);
        return true;
    }
    /* The guest has no guest interrupt files: only its S-level file is a valid target. */
    return (target >> APLIC_TARGET_GUEST_SHIFT & APLIC_TARGET_GUEST_MASK) == 0 &&
           vaplic->config.route(vaplic->config.ctx, source, hart_index, target & APLIC_TARGET_EIID);
}

static void set_phys_enable(struct vaplic *vaplic, uint32_t source, bool on)
{
    struct vaplic_source *src = &vaplic->sources[source];
    bool was = src->phys_enabled;
    src->phys_enabled = on;
    if (on || was) {
        vaplic_phys_set_enable(vaplic, source, on);
    }
}

void vaplic_sync_phys_enable(struct vaplic *vaplic, uint32_t source)
{
    bool enabled = bitmap_has(vaplic->enabled, source) && (!vaplic->msi || vaplic->ie) &&
                   !vaplic_is_phys_masked(vaplic, source);
    set_phys_enable(vaplic, source, enabled && route(vaplic, source));
}

/* A source that stays enabled at the physical APLIC needs a new target only. */
void vaplic_route_phys(struct vaplic *vaplic, uint32_t source)
{
    if (vaplic->sources[source].phys_enabled && !vaplic_is_phys_masked(vaplic, source) &&
        route(vaplic, source)) {
        return;
    }
    if (vaplic_is_phys(vaplic, source) && bitmap_has(vaplic->enabled, source)) {
        vaplic_sync_phys_enable(vaplic, source);
    }
}

HYP_COLD enum hyp_status vaplic_own(struct vaplic *vaplic, uint32_t source)
{
    const struct vaplic_config *config = &vaplic->config;
    if (source == 0 || source >= config->source_count) {
        return HYP_E_RANGE;
    }
    bool has_target = config->delivery == VAPLIC_DIRECT
                          ? config->hart != NULL
                          : config->delivery == VAPLIC_MSI && config->route != NULL;
    if (config->phys == NULL || source >= config->phys->source_count || !has_target) {
        return HYP_E_UNSUPPORTED;
    }
    bitmap_assign(vaplic->owned, source, true);
    vaplic->sources[source].owned = true;
    (void)vaplic_phys_set_mode(vaplic, source, APLIC_SM_INACTIVE);
    return HYP_OK;
}

HYP_COLD void vaplic_stop(struct vaplic *vaplic)
{
    for (uint32_t source = 1; source < vaplic->config.source_count; source++) {
        struct vaplic_source *src = &vaplic->sources[source];
        if (vaplic_is_phys(vaplic, source) && src->mode != APLIC_SM_INACTIVE) {
            (void)vaplic_phys_set_mode(vaplic, source, APLIC_SM_INACTIVE);
            src->phys_enabled = false;
        }
    }
    vaplic->vm_stopped = true;
}
