/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PLIC model's short way of an interrupt: the source is a physical one, no other source is
 * pending, and one vCPU enables it.
 *
 * Each function looks whether the short way applies before it changes anything, and else ends in a
 * call of the plain model. vplic_prop draws which of both it calls, and compares both with the
 * reference. Instructions of //tests/bench:report, this way and by the plain model alone:
 *
 *   vplic_handle_phys_irq   uart_irq_to_trap   @1
 *   read                    plic_claim         @2
 *   write                   plic_complete      @3
 */
#include <hyp/base/assert.h>

#include "vplic_priv.h"

/* Claim register of a context, or UINT32_MAX if the access is to another register. */
static inline uint64_t claim_context(const struct vplic *vplic, uint64_t offset, unsigned size)
{
    uint64_t context = (offset - PLIC_CONTEXT) / PLIC_CONTEXT_STRIDE; /* Huge below the first. */
    bool is_claim = size == 4 && offset % PLIC_CONTEXT_STRIDE == PLIC_CLAIM;
    return is_claim && context < vplic->config.context_count ? context : UINT64_MAX;
}

static enum vdev_result read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    struct vplic *vplic = state;
    if (size == 4 && offset % 4 == 0 && offset / 4 < vplic->config.source_count) {
        *value = vplic->sources[offset / 4].priority;
        return VDEV_OK;
    }
    uint64_t context = claim_context(vplic, offset, size);
    uint64_t source = vplic->lone_pending;
    if (context == UINT64_MAX || source == 0) {
        return vplic_read(vplic, offset, size, value);
    }
    const struct vplic_context *ctx = &vplic->contexts[context];
    struct vplic_source *src = &vplic->sources[source];
    if (!vplic_is_deliverable(ctx, source, src) || ctx->vcpu == VPLIC_NO_VCPU ||
        (src->targets & vplic->external) != BIT(ctx->vcpu)) {
        return vplic_read(vplic, offset, size, value);
    }
    *value = source;
    src->state ^= SOURCE_PENDING | SOURCE_CLAIMED;
    vplic->lone_pending = 0;
    vplic_set_external(vplic, ctx->vcpu, false);
    return VDEV_OK;
}

static enum vdev_result write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    const uint8_t both = SOURCE_CLAIMED | SOURCE_PHYS_CLAIMED;
    struct vplic *vplic = state;
    uint32_t source = (uint32_t)value;
    if (claim_context(vplic, offset, size) == UINT64_MAX || source >= vplic->config.source_count ||
        vplic->deferred != 0) {
        return vplic_write(vplic, offset, size, value);
    }
    struct vplic_source *src = &vplic->sources[source];
    if ((src->state & both) != both || !vplic_is_enabled_on(vplic, src, src->hart)) {
        return vplic_write(vplic, offset, size, value);
    }
    src->state &= (uint8_t)~both;
    vplic_phys_complete(vplic, src->hart, source);
    return VDEV_OK;
}

const struct vdev_ops vplic_vdev_ops = {.read = read, .write = write, .more = vplic_run_deferred};

void vplic_handle_phys_irq(struct vplic *vplic, uint32_t source, uint32_t hart)
{
    HYP_REQUIRE(hart < HYP_HART_MAX);
    struct vplic_source *src = &vplic->sources[source];
    uint64_t vcpu = vplic->vcpu_of_hart[hart];
    if (source >= vplic->config.source_count || vplic->vm_stopped ||
        (vplic->lone_pending | vplic->pending_in_rows) != 0 ||
        (src->state & (SOURCE_OWNED | SOURCE_PHYS_CLAIMED)) != SOURCE_OWNED ||
        vcpu == VPLIC_NO_VCPU || (src->targets & ~vplic->external) != BIT(vcpu) ||
        src->priority <= vplic->contexts[vplic->context_of_vcpu[vcpu]].threshold) {
        vplic_handle_any_phys_irq(vplic, source, hart);
        return;
    }
    src->hart = (uint8_t)hart;
    src->state |= SOURCE_PHYS_CLAIMED | SOURCE_PENDING;
    vplic->lone_pending = source;
    vplic_set_external(vplic, vcpu, true);
}
