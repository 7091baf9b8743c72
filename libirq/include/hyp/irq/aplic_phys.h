/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The physical APLIC, as a virtual APLIC uses it for sources that its VM owns.
 *
 * `source` is 1 … source_count - 1, `word` names the sources 32 * word … 32 * word + 31.
 *
 * Locks   A source belongs to one VM, whose lock the caller holds. Every function accesses only
 *         registers of that source.
 */
#pragma once

#include <stdint.h>

#include <hyp/base/types.h>

struct aplic_phys_ops {
    /* Sets the source mode. Inactive clears pending and enable. Returns the mode that was kept. */
    uint32_t (*set_mode)(void *state, uint32_t source, uint32_t sm);
    /* Direct mode, an active source: targets the IDC structure of this dense hart index. */
    void (*set_target)(void *state, uint32_t source, uint32_t hart);
    void (*set_enable)(void *state, uint32_t source, bool enable);
    /* Acts as setip and in_clrip for the sources in `bits`, if their modes allow it. */
    void (*set_pending)(void *state, uint32_t word, uint32_t bits, bool pending);
    uint32_t (*pending)(void *state, uint32_t word);
    uint32_t (*rectified)(void *state, uint32_t word); /* Rectified. */
};

struct aplic_phys {
    const struct aplic_phys_ops *ops;
    void *state;
    uint32_t source_count;
};
