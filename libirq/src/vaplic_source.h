/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's registers of sources; `source` exists and is not 0, `reg` is below 32. */
#pragma once

#include "vaplic_priv.h"

/* Sources that one call lets follow their registers: each costs up to 500 instructions. */
#define LATE_AT_ONCE 4u
/* The same in a read, which an exit can make twice. */
#define LATE_AT_ONCE_READ 1u

void vaplic_source_set_sourcecfg(struct vaplic *v, uint32_t source, uint32_t value);
void vaplic_source_set_target(struct vaplic *v, uint32_t source, uint32_t value);
void vaplic_source_set_pending(struct vaplic *v, uint32_t source, bool pending);
void vaplic_source_set_enabled(struct vaplic *v, uint32_t source, bool enabled);

/* The same of 32 sources. What depends on these bits is late then. */
void vaplic_source_set_pendings(struct vaplic *v, uint32_t reg, uint32_t bits, bool pending);
void vaplic_source_set_enables(struct vaplic *v, uint32_t reg, uint32_t bits, bool enabled);

/* Reads of setip and in_clrip. Held sources that have fallen are late then. */
uint32_t vaplic_source_pending(struct vaplic *v, uint32_t reg);
uint32_t vaplic_source_inputs(struct vaplic *v, uint32_t reg);

/* Lets up to `count` late sources follow their registers. True: none is left. */
bool vaplic_source_catch_up(struct vaplic *v, uint32_t count);
