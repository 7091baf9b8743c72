/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's registers of sources. Accesses to sources that do not exist have no effect. */
#pragma once

#include "vaplic_priv.h"

/* Deferred sources that a write or more() updates: each costs up to 500 instructions. */
#define DEFERRED_PER_CALL 4u
/* Deferred sources that a read updates: one exit can read twice. */
#define DEFERRED_PER_READ 1u

void vaplic_write_sourcecfg(struct vaplic *vaplic, uint32_t source, uint32_t value);
void vaplic_write_target(struct vaplic *vaplic, uint32_t source, uint32_t value);
void vaplic_set_pending(struct vaplic *vaplic, uint32_t source, bool pending);
void vaplic_set_enabled(struct vaplic *vaplic, uint32_t source, bool enabled);

/* The same for 32 sources. Updates of requests and of the physical APLIC are deferred. */
void vaplic_set_pending_word(struct vaplic *vaplic, uint32_t reg, uint32_t bits, bool pending);
void vaplic_set_enabled_word(struct vaplic *vaplic, uint32_t reg, uint32_t bits, bool enabled);

/* Masked sources whose input has fallen are no longer pending; their updates are deferred. */
uint32_t vaplic_read_setip(struct vaplic *vaplic, uint32_t reg);
uint32_t vaplic_read_in_clrip(struct vaplic *vaplic, uint32_t reg);
uint32_t vaplic_read_setie(const struct vaplic *vaplic, uint32_t reg);

/* Updates up to `count` deferred sources. True: none is left. */
bool vaplic_run_deferred(struct vaplic *vaplic, uint32_t count);
