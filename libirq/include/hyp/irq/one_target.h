/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A controller whose sources interrupt one hart each, used as if they could interrupt several: a
 * struct irqc around another.
 *
 * A source goes to the hart that it was enabled for last; when that one is disabled, to the lowest
 * of those that are left. So what is enabled for somebody always comes to one of them, as
 * from a PLIC, where the first to claim takes it.
 *
 * Owner   The caller's storage, `harts` included, which outlive the irqc.
 * Locks   Who calls set_enable for a source holds what guards that source.
 * Context As the inner one's.
 */
#pragma once

#include <hyp/base/irq.h>
#include <hyp/base/types.h>

struct one_target {
    struct irqc inner;
    uint64_t
        *harts; /* By source, inner.source_count of them, 0 at first: whom it is enabled for. */
};

struct irqc one_target_irqc(struct one_target *one);
