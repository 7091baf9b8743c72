/* SPDX-License-Identifier: Apache-2.0 */
/* What the APLIC model does with the physical APLIC, for sources that the VM owns. */
#pragma once

#include "vaplic_priv.h"

/*
 * Makes the physical enable follow the guest's enable, target and, in MSI mode, IE; routes a source
 * that is enabled. For a source of vaplic_is_phys().
 */
void vaplic_sync_phys_enable(struct vaplic *vaplic, uint32_t source);

/* Call after the guest's target of an owned source has changed. */
void vaplic_route_phys(struct vaplic *vaplic, uint32_t source);

/* ---- One access each ------------------------------------------------------------------------- */

/* Returns the mode that the physical APLIC kept. */
static inline uint32_t vaplic_phys_set_mode(const struct vaplic *vaplic, uint32_t source,
                                            uint32_t mode)
{
    const struct aplic_phys *phys = vaplic->config.phys;
    return phys->ops->set_mode(phys->state, source, mode);
}

static inline void vaplic_phys_set_enable(const struct vaplic *vaplic, uint32_t source, bool enable)
{
    const struct aplic_phys *phys = vaplic->config.phys;
    phys->ops->set_enable(phys->state, source, enable);
}

/* The sources in `bits` of a 32-bit register. */
static inline void vaplic_phys_set_pending(const struct vaplic *vaplic, uint32_t reg, uint32_t bits,
                                           bool pending)
{
    const struct aplic_phys *phys = vaplic->config.phys;
    phys->ops->set_pending(phys->state, reg, bits, pending);
}

static inline uint32_t vaplic_phys_pending(const struct vaplic *vaplic, uint32_t reg)
{
    const struct aplic_phys *phys = vaplic->config.phys;
    return phys->ops->pending(phys->state, reg);
}

static inline uint32_t vaplic_phys_rectified(const struct vaplic *vaplic, uint32_t reg)
{
    const struct aplic_phys *phys = vaplic->config.phys;
    return phys->ops->rectified(phys->state, reg);
}

/* The source's rectified input. */
static inline bool vaplic_phys_input(const struct vaplic *vaplic, uint32_t source)
{
    return (vaplic_phys_rectified(vaplic, source / 32) >> source % 32 & 1) != 0;
}
