/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's interrupt domain as a guest's domain uses it for the sources that the guest owns.
 *
 * `source` is 1 … source_count - 1, `word` names the sources 32 * word … 32 * word + 31.
 *
 * Locks   A source belongs to one VM, whose lock the caller holds; every function is accesses
 *         to registers of that source alone.
 */
#pragma once

#include <stdint.h>

#include <hyp/base/types.h>

struct aplic_phys_ops {
    /* The source mode; inactive clears its pending and enable bits. Returns what the chip kept. */
    uint32_t (*set_mode)(void *state, uint32_t source, uint32_t sm);
    /* In direct mode: to the IDC structure of this dense hart index. The source is active. */
    void (*set_target)(void *state, uint32_t source, uint32_t hart);
    void (*set_enable)(void *state, uint32_t source, bool enable);
    /* As by setip and in_clrip: of the sources in `bits`, where their modes let it. */
    void (*set_pending)(void *state, uint32_t word, uint32_t bits, bool pending);
    uint32_t (*pending)(void *state, uint32_t word);
    uint32_t (*rectified)(void *state, uint32_t word); /* Rectified. */
};

struct aplic_phys {
    const struct aplic_phys_ops *ops;
    void *state;
    uint32_t source_count;
};
