/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's physical side: the machine's APLIC, for the sources that the VM owns. */
#pragma once

#include "vaplic_priv.h"

/*
 * The enable at the machine follows the guest's enable and target and, in MSI mode, IE. For a
 * source of vaplic_is_phys().
 */
void vaplic_sync_phys_enable(struct vaplic *v, uint32_t source);

/* The guest's target of an owned source has changed. */
void vaplic_route_phys(struct vaplic *v, uint32_t source);

/* ---- One access each ------------------------------------------------------------------------- */

/* Returns the mode that the machine kept. */
static inline uint32_t vaplic_phys_set_mode(const struct vaplic *v, uint32_t source, uint32_t mode)
{
    const struct aplic_phys *phys = v->config.phys;
    return phys->ops->set_mode(phys->state, source, mode);
}

static inline void vaplic_phys_set_enable(const struct vaplic *v, uint32_t source, bool enable)
{
    const struct aplic_phys *phys = v->config.phys;
    phys->ops->set_enable(phys->state, source, enable);
}

/* The sources in `bits` of a 32-bit register. */
static inline void vaplic_phys_set_pending(const struct vaplic *v, uint32_t reg, uint32_t bits,
                                           bool pending)
{
    const struct aplic_phys *phys = v->config.phys;
    phys->ops->set_pending(phys->state, reg, bits, pending);
}

static inline uint32_t vaplic_phys_pending(const struct vaplic *v, uint32_t reg)
{
    const struct aplic_phys *phys = v->config.phys;
    return phys->ops->pending(phys->state, reg);
}

static inline uint32_t vaplic_phys_rectified(const struct vaplic *v, uint32_t reg)
{
    const struct aplic_phys *phys = v->config.phys;
    return phys->ops->rectified(phys->state, reg);
}

/* The source's rectified input. */
static inline bool vaplic_phys_input(const struct vaplic *v, uint32_t source)
{
    return (vaplic_phys_rectified(v, source / 32) >> source % 32 & 1) != 0;
}
