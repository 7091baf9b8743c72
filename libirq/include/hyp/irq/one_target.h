/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A controller whose sources interrupt one hart each, used as if they could interrupt several: a
 * struct irqc around another.
 *
 * A source interrupts the hart that it was enabled for last. When that hart disables it, the lowest
 * remaining hart becomes the target. So an enabled source always interrupts one of its harts, as a
 * PLIC's source is taken by the first hart that claims.
 *
 * Owner   The caller's storage, `harts` included, which outlive the irqc.
 * Locks   The caller of set_enable holds the lock that guards the source.
 * Context As the inner controller's.
 */
#pragma once

#include <hyp/base/irq.h>
#include <hyp/base/types.h>

struct one_target {
    struct irqc inner;
    uint64_t *harts; /* Indexed by source, inner.source_count of them: the harts that enable it.
                        Zeroed. */
};

struct irqc one_target_irqc(struct one_target *one);
