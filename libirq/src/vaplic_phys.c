/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's physical side: the machine's APLIC follows the guest's registers. */
#include "vaplic_phys.h"

/* Routes the physical source to the guest's target; false if that names no hart of this VM. */
static inline bool route(const struct vaplic *v, uint32_t source)
{
    const struct aplic_phys *phys = v->config.phys;
    uint32_t target = v->sources[source].target;
    uint32_t hart_index = target >> APLIC_TARGET_HART_SHIFT;
    if (hart_index >= v->config.idc_count) {
        return false;
    }
    if (!v->msi) {
        phys->ops->set_target(phys->state, source, v->config.hart[hart_index]);
        return true;
    }
    /* The guest has no guests: another file than the supervisor's own is nobody's. */
    return (target >> APLIC_TARGET_GUEST_SHIFT & APLIC_TARGET_GUEST_MASK) == 0 &&
           v->config.route(v->config.ctx, source, hart_index, target & APLIC_TARGET_EIID);
}

static inline void enable(struct vaplic *v, uint32_t source, struct vaplic_source *s, bool on)
{
    bool was = s->phys_enabled;
    s->phys_enabled = on;
    if (on || was) {
        vaplic_phys_set_enable(v, source, on);
    }
}

static NOINLINE void enable_if_routed(struct vaplic *v, uint32_t source)
{
    struct vaplic_source *s = &v->sources[source];
    enable(v, source, s, route(v, source));
}

/* Ends in calls only, so that a source that is off needs no stack. */
void vaplic_sync_phys_enable(struct vaplic *v, uint32_t source)
{
    if (vaplic_has(v->enabled, source) && (!v->msi || v->ie) && !vaplic_is_phys_masked(v, source)) {
        enable_if_routed(v, source);
    } else {
        enable(v, source, &v->sources[source], false);
    }
}

/* While a source is on at the machine, nothing but the target changes there. */
void vaplic_route_phys(struct vaplic *v, uint32_t source)
{
    if (v->sources[source].phys_enabled && !vaplic_is_phys_masked(v, source) && route(v, source)) {
        return;
    }
    if (vaplic_is_phys(v, source) && vaplic_has(v->enabled, source)) {
        vaplic_sync_phys_enable(v, source);
    }
}

HYP_COLD enum hyp_status vaplic_own(struct vaplic *v, uint32_t source)
{
    const struct vaplic_config *c = &v->config;
    if (source == 0 || source >= c->source_count) {
        return HYP_E_RANGE;
    }
    bool has_way =
        c->delivery == VAPLIC_DIRECT ? c->hart != 0 : c->delivery == VAPLIC_MSI && c->route != 0;
    if (c->phys == 0 || source >= c->phys->source_count || !has_way) {
        return HYP_E_UNSUPPORTED;
    }
    vaplic_assign(v->owned, source, true);
    v->sources[source].owned = true;
    (void)vaplic_phys_set_mode(v, source, APLIC_SM_INACTIVE);
    return HYP_OK;
}

HYP_COLD void vaplic_stop(struct vaplic *v)
{
    for (uint32_t source = 1; source < v->config.source_count; source++) {
        struct vaplic_source *s = &v->sources[source];
        if (vaplic_is_phys(v, source) && s->mode != APLIC_SM_INACTIVE) {
            (void)vaplic_phys_set_mode(v, source, APLIC_SM_INACTIVE);
            s->phys_enabled = false;
        }
    }
    v->vm_stopped = true;
}
