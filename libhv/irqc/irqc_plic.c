/* SPDX-License-Identifier: Apache-2.0 */
/* Driver of a PLIC at the address that the device tree gives, not the platform's. */
#include "libhv/irqc/irqc_plic.h"

/* machine_read() has found the PLIC already. */
static bool discover(void *state, struct hv_irqc *irqc, const void *fdt, size_t size)
{
    (void)state, (void)fdt, (void)size;
    return irqc->machine->source_count != 0;
}

static enum hyp_status init(void *state, struct hv_irqc *irqc)
{
    struct irqc_plic *plic = state;
    const struct machine *machine = irqc->machine;
    uintptr_t va;
    if (machine->source_count < 2) {
        return HYP_E_ABSENT;
    }
    HYP_TRY(hspace_map_device(irqc->space, HPA(machine->plic.hpa), machine->plic.size, &va));
    mmio_t regs = {.base = va};
    HYP_TRY(plic_init(&plic->plic, regs, machine->irqc_index, machine->hart_count,
                      machine->source_count));
    irqc->phys = plic_irqc(&plic->plic);
    return HYP_OK;
}

const struct irqc_driver irqc_plic = {
    .name = "plic", .discover = discover, .init = init, .init_hart = hv_irqc_init_phys_hart};
