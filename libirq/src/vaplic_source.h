/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's registers of sources; `source` exists and is not 0, `reg` is below 32. */
#pragma once

#include "vaplic_priv.h"

/* Sources that one call lets follow their registers: each costs up to 500 instructions. */
#define DEFERRED_PER_CALL 4u
/* The same in a read, which an exit can make twice. */
#define DEFERRED_PER_READ 1u

void vaplic_write_sourcecfg(struct vaplic *v, uint32_t source, uint32_t value);
void vaplic_write_target(struct vaplic *v, uint32_t source, uint32_t value);
void vaplic_set_pending(struct vaplic *v, uint32_t source, bool pending);
void vaplic_set_enabled(struct vaplic *v, uint32_t source, bool enabled);

/* The same of 32 sources. What depends on these bits is late then. */
void vaplic_set_pending_word(struct vaplic *v, uint32_t reg, uint32_t bits, bool pending);
void vaplic_set_enabled_word(struct vaplic *v, uint32_t reg, uint32_t bits, bool enabled);

/* Reads of setip and in_clrip. Held sources that have fallen are late then. */
uint32_t vaplic_read_setip(struct vaplic *v, uint32_t reg);
uint32_t vaplic_read_in_clrip(struct vaplic *v, uint32_t reg);

/* Lets up to `count` late sources follow their registers. True: none is left. */
bool vaplic_run_deferred(struct vaplic *v, uint32_t count);
