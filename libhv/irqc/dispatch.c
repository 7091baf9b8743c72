/* SPDX-License-Identifier: Apache-2.0 */
/* Claims an external interrupt and passes it to its owner; on every external interrupt's path. */
#include "libhv/irqc/irqc.h"

#include <hyp/arch/csr.h>

static void handle_source(struct hv_irqc *irqc, uint32_t hart, uint32_t source)
{
    uint8_t owner = source < HV_SOURCE_MAX ? irqc->owner[source] : 0;
    if (owner == HV_OWNER_CONSOLE) {
        irqc->ops->console(irqc->ctx, hart);
        irqc->phys.ops->complete(irqc->phys.state, hart, source);
        return;
    }
    struct vm *vm = owner != 0 ? irqc->vm[owner - 1] : NULL;
    /*
     * A source without an owner, or of a stopped VM, is disabled so that it does not come again.
     * vm->lock is not taken here: a hart that has panicked may hold it.
     */
    if (vm == NULL || __atomic_load_n(&vm->stop_reason, __ATOMIC_RELAXED) != VM_RUNNING) {
        irqc->phys.ops->refuse(irqc->phys.state, hart, source);
        return;
    }
    spinlock_lock(&vm->lock);
    vm->virqc->handle_phys_irq(vm->virqc_state, source, hart);
    spinlock_unlock(&vm->lock);
}

void hv_irqc_handle(struct hv_irqc *irqc, uint32_t hart)
{
    if (irqc->phys.ops == NULL) {
        csr_clear(CSR_SIE, BIT(IRQ_S_EXT)); /* Nobody can complete it without a controller. */
        return;
    }
    struct irqc_claim claim = irqc->phys.ops->claim(irqc->phys.state, hart);
    if (claim.kind == IRQC_CLAIM_SOURCE) {
        handle_source(irqc, hart, claim.n);
    } else if (claim.kind == IRQC_CLAIM_IPI) {
        csr_set(CSR_SIP, BIT(IRQ_S_SOFT)); /* Continues as a software interrupt, like an SBI IPI. */
    } else if (irqc->machine->irqc_index[hart] == MACHINE_NO_INDEX) {
        csr_clear(CSR_SIE, BIT(IRQ_S_EXT)); /* Our controller does not reach this hart. */
    }
}
