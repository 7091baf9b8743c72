/* SPDX-License-Identifier: Apache-2.0 */
/* What a hart claims, and who gets it: on the way of every external interrupt. */
#include "libhv/irqc/irqc.h"

#include <hyp/arch/csr.h>

static void handle_source(struct hv_irqc *irqc, uint32_t hart, uint32_t source)
{
    uint8_t owner = source < HV_SOURCE_MAX ? irqc->owner[source] : 0;
    if (owner == HV_OWNER_CONSOLE) {
        irqc->ops->console(irqc->ctx, hart);
        irqc->chip.ops->complete(irqc->chip.state, hart, source);
        return;
    }
    struct vm *vm = owner != 0 ? irqc->vm[owner - 1] : 0;
    /*
     * Nobody's, or of a VM that has stopped: refused, so that it comes once. No lock: a hart that
     * has panicked may hold it.
     */
    if (vm == 0 || __atomic_load_n(&vm->stop_reason, __ATOMIC_RELAXED) != VM_RUNNING) {
        irqc->chip.ops->refuse(irqc->chip.state, hart, source);
        return;
    }
    spinlock_lock(&vm->lock);
    vm->virqc->handle_phys_irq(vm->virqc_state, source, hart);
    spinlock_unlock(&vm->lock);
}

void hv_irqc_handle(struct hv_irqc *irqc, uint32_t hart)
{
    if (irqc->chip.ops == 0) {
        csr_clear(CSR_SIE, BIT(IRQ_S_EXT)); /* Nobody can end it. */
        return;
    }
    struct irqc_claim claim = irqc->chip.ops->claim(irqc->chip.state, hart);
    if (claim.kind == IRQC_CLAIM_SOURCE) {
        handle_source(irqc, hart, claim.n);
    } else if (claim.kind == IRQC_CLAIM_IPI) {
        csr_set(CSR_SIP, BIT(IRQ_S_SOFT)); /* And goes on as one. */
    } else if (irqc->machine->irqc_index[hart] == MACHINE_NO_INDEX) {
        csr_clear(CSR_SIE, BIT(IRQ_S_EXT)); /* No controller of ours: nobody can end it. */
    }
}
