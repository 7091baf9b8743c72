/* SPDX-License-Identifier: Apache-2.0 */
/* What the PLIC model's registers (vplic.c) and its core (vplic_core.c) share. */
#pragma once

#include <hyp/irq/vplic.h>

/*
 * struct vplic_source.state
 *
 *   PENDING  CLAIMED                                       request       end of claim
 *   0        0        idle                                 -> pending    -
 *   1        0        in the row of its priority           -             -
 *   0        1        the guest works on it                -             -> idle; LEVEL: pending
 *
 * HELD: hardware, and the physical claim is outstanding; with PENDING or CLAIMED only.
 */
enum {
    SOURCE_PENDING = 1 << 0,
    SOURCE_CLAIMED = 1 << 1,
    SOURCE_PHYS_CLAIMED = 1 << 2,
    SOURCE_LINE_HIGH = 1 << 3,
    SOURCE_OWNED = 1 << 4,
};

/* Sources that one call handles after enables were written: 25 instructions each, or 250. */
#define WORK_AT_ONCE 24u
#define WORK_PHYSICAL 6u

/* Off the path of a sole interrupt: inlined, it would cost that path its registers. */
#define NOINLINE __attribute__((noinline))

/* The registers' effects; `context` and `source` exist, values are of the register's width. */
void vplic_claim(struct vplic *v, uint64_t context, uint64_t *value);
void vplic_complete(struct vplic *v, uint64_t source);
void vplic_set_threshold(struct vplic *v, uint32_t context, uint32_t value);
void vplic_set_priority(struct vplic *v, uint32_t source, uint32_t value);
void vplic_set_enables(struct vplic *v, uint32_t context, uint32_t reg, uint32_t value);
enum vdev_result vplic_more(void *state);
/* True if a claim by this context would return a source. */
bool vplic_signals(const struct vplic *v, uint32_t context);
uint32_t vplic_pending(const struct vplic *v, uint32_t reg);

/* A 32-bit register of an array of pairs. */
static inline uint32_t vplic_half(uint64_t word, uint32_t reg)
{
    return (uint32_t)(word >> (reg % 2 * 32));
}
