/* SPDX-License-Identifier: Apache-2.0 */
/* Discovery and set-up of the physical interrupt controller. */
#include "libhv/irqc/irqc.h"

#include <hyp/arch/csr.h>

void hv_irqc_discover(struct hv_irqc *irqc, const void *fdt, size_t size)
{
    irqc->models = BIT(HYP_IRQC_PLIC); /* A virtual PLIC needs nothing of the machine. */
    for (uint32_t i = 0; i < irqc->module_count && irqc->found == NULL; i++) {
        const struct irqc_module *module = &irqc->modules[i];
        if (module->driver->discover(module->state, irqc, fdt, size)) {
            irqc->found = module;
            irqc->models |= 1u << module->model;
        }
    }
    for (uint32_t i = 0; i < irqc->ipi_count; i++) {
        const struct ipi_module *ipi = &irqc->ipis[i];
        if (ipi->driver->discover != NULL) {
            ipi->driver->discover(ipi->state, irqc, fdt, size);
        }
    }
}

uint64_t hv_irqc_harts_without_context(const struct hv_irqc *irqc)
{
    const struct machine *m = irqc->machine;
    uint64_t harts = 0;
    for (uint32_t i = 0; i < m->hart_count && m->source_count != 0; i++) {
        harts |= m->irqc_index[i] == MACHINE_NO_INDEX ? BIT(i) : 0;
    }
    return harts;
}

void hv_irqc_init(struct hv_irqc *irqc)
{
    if (irqc->found != NULL && irqc->found->driver->init(irqc->found->state, irqc) != HYP_OK) {
        irqc->phys.ops = NULL;
    }
    for (uint32_t i = 0; i < irqc->ipi_count && irqc->ipi == NULL; i++) {
        const struct ipi_module *ipi = &irqc->ipis[i];
        irqc->ipi = ipi->driver->init(ipi->state, irqc, &irqc->ipi_path) ? ipi : NULL;
    }
}

/*
 * Clears the CSRs by which Ssaia changes VS-mode's interrupts: AIA does not specify their values
 * after a reset. A device tree can promise Ssaia to a hart that lacks it, so the CSR is probed.
 */
static void close_virtual_interrupts(const struct machine *m)
{
    if ((m->all.isa & BIT(GUEST_ISA_SSAIA)) != 0 && csr_probe(CSR_HVICTL)) {
        csr_write(CSR_HVICTL, 0);
        csr_write(CSR_HVIEN, 0);
        csr_write(CSR_HVIPRIO1, 0);
        csr_write(CSR_HVIPRIO2, 0);
        csr_write(CSR_VSISELECT, 0);
    }
}

void hv_irqc_init_phys_hart(void *state, struct hv_irqc *irqc, uint32_t hart)
{
    (void)state;
    irqc->phys.ops->init_hart(irqc->phys.state, hart);
}

bool hv_irqc_init_hart(struct hv_irqc *irqc, uint32_t hart, bool console)
{
    bool interrupts = false;
    if (irqc->phys.ops != NULL) {
        irqc->found->driver->init_hart(irqc->found->state, irqc, hart);
    }
    close_virtual_interrupts(irqc->machine);
    if (irqc->ipi_path.ops != NULL) {
        irqc->ipi_path.ops->init_hart(irqc->ipi_path.state, hart);
    }
    for (uint32_t s = 1; console && irqc->phys.ops != NULL && s < irqc->machine->source_count;
         s++) {
        if (irqc->owner[s] == HV_OWNER_CONSOLE) {
            irqc->phys.ops->set_enable(irqc->phys.state, hart, s, true);
            interrupts = irqc->machine->irqc_index[hart] != MACHINE_NO_INDEX;
        }
    }
    return interrupts;
}

const char *hv_irqc_name(const struct hv_irqc *irqc)
{
    return irqc->phys.ops == NULL ? "none" : irqc->found->driver->name;
}

const char *hv_irqc_ipi_name(const struct hv_irqc *irqc)
{
    return irqc->ipi == NULL ? "sbi" : irqc->ipi->driver->name;
}

uint64_t hv_irqc_guest_file_hpa(const struct hv_irqc *irqc, uint32_t hart)
{
    const struct irqc_module *found = irqc->found;
    return found == NULL || found->driver->guest_file_hpa == NULL
               ? UINT64_MAX
               : found->driver->guest_file_hpa(found->state, hart);
}
