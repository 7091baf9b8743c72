/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State that the files of the PLIC model share, and what they call of each other.
 *
 *   vplic_fast.c    entry of every access and physical interrupt; the short way of the usual ones
 *   vplic.c         the register window, set-up: open this first
 *   vplic_core.c    requests, claims, completions, enables; the physical controller
 *   vplic_valid.c   invariants
 *
 * vplic_fast.c calls the plain functions of the other files wherever its short way does not apply.
 */
#pragma once

#include <hyp/base/bits.h>
#include <hyp/irq/plic_regs.h>
#include <hyp/irq/vplic.h>

#include "lowest_bit.h"
#include "reg_window.h"

/*
 * struct vplic_source.state
 *
 *   PENDING  CLAIMED                                         request       completion
 *   0        0        idle                                   -> pending    -
 *   1        0        in the row of its priority             -             -
 *   0        1        claimed by a context                   -             -> idle; LINE_HIGH:
 * pending
 *
 * PHYS_CLAIMED: the physical claim is outstanding; only while PENDING or CLAIMED.
 */
enum {
    SOURCE_PENDING = 1 << 0,
    SOURCE_CLAIMED = 1 << 1,
    SOURCE_PHYS_CLAIMED = 1 << 2,
    SOURCE_LINE_HIGH = 1 << 3,
    SOURCE_OWNED = 1 << 4,
};

/* Sources that one call handles after enables were written: 25 instructions each, or 250. */
#define WORK_PER_CALL 24u
#define WORK_PHYSICAL 6u

/* ---- vplic.c: the plain model's accesses ----------------------------------------------------- */

enum vdev_result vplic_read(void *state, uint64_t offset, unsigned size, uint64_t *value);
enum vdev_result vplic_write(void *state, uint64_t offset, unsigned size, uint64_t value);

/* ---- vplic_core.c: the registers; `context` and `source` exist ------------------------------- */

uint32_t vplic_claim(struct vplic *vplic, uint32_t context); /* Returns the source, or 0. */
void vplic_complete(struct vplic *vplic, uint32_t source);
void vplic_write_threshold(struct vplic *vplic, uint32_t context, uint32_t value);
void vplic_write_priority(struct vplic *vplic, uint32_t source, uint32_t value);
void vplic_write_enables(struct vplic *vplic, uint32_t context, uint32_t reg, uint32_t value);
uint32_t vplic_read_pending(const struct vplic *vplic, uint32_t reg);

/* As vdev_ops.more: applies deferred enables. */
enum vdev_result vplic_run_deferred(void *state);

/* The plain way of vplic_handle_phys_irq(). */
void vplic_handle_any_phys_irq(struct vplic *vplic, uint32_t source, uint32_t hart);

/* True if a claim by this context would return a source. */
bool vplic_signals(const struct vplic *vplic, const struct vplic_context *ctx);

/* ---- Both ways ------------------------------------------------------------------------------- */

static inline bool vplic_is_deliverable(const struct vplic_context *ctx, uint64_t source,
                                        const struct vplic_source *src)
{
    return bitmap_has(ctx->enable, (uint32_t)source) && src->priority > ctx->threshold;
}

/* True if a context on this hart enables the source. */
static inline bool vplic_is_enabled_on(const struct vplic *vplic, const struct vplic_source *src,
                                       uint64_t hart)
{
    uint64_t vcpu = vplic->vcpu_of_hart[hart];
    return vcpu != VPLIC_NO_VCPU && (src->targets & BIT(vcpu)) != 0;
}

/* The vCPU's external interrupt changes to `level`. */
static inline void vplic_set_external(struct vplic *vplic, uint64_t vcpu, bool level)
{
    vplic->external ^= BIT(vcpu);
    vplic->config.set_external(vplic->config.ctx, (uint32_t)vcpu, level);
}

static inline void vplic_phys_complete(const struct vplic *vplic, uint32_t hart, uint32_t source)
{
    const struct irqc *irqc = vplic->config.irqc;
    irqc->ops->complete(irqc->state, hart, source);
}
