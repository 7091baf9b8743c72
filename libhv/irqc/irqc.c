/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's interrupt controller: which of the modules' it is, and its set-up. */
#include "libhv/irqc/irqc.h"

#include <hyp/arch/csr.h>

void hv_irqc_discover(struct hv_irqc *irqc, const void *fdt, size_t size)
{
    irqc->models = BIT(HYP_IRQC_PLIC); /* All of it is software: any machine can give one. */
    for (uint32_t i = 0; i < irqc->module_count && irqc->found == 0; i++) {
        const struct irqc_module *module = &irqc->modules[i];
        if (module->driver->discover(module->state, irqc, fdt, size)) {
            irqc->found = module;
            irqc->models |= 1u << module->model;
        }
    }
    for (uint32_t i = 0; i < irqc->ipi_count; i++) {
        const struct ipi_module *ipi = &irqc->ipis[i];
        if (ipi->driver->discover != 0) {
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
    if (irqc->found != 0 && irqc->found->driver->init(irqc->found->state, irqc) != HYP_OK) {
        irqc->chip.ops = 0;
    }
    for (uint32_t i = 0; i < irqc->ipi_count && irqc->ipi == 0; i++) {
        const struct ipi_module *ipi = &irqc->ipis[i];
        irqc->ipi = ipi->driver->init(ipi->state, irqc, &irqc->ipi_path) ? ipi : 0;
    }
}

/*
 * Turns off what Ssaia adds to VS-mode's interrupts. The values of these CSRs after a reset are
 * not specified.
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

void hv_irqc_init_chip(void *state, struct hv_irqc *irqc, uint32_t hart)
{
    (void)state;
    irqc->chip.ops->init_hart(irqc->chip.state, hart);
}

bool hv_irqc_init_hart(struct hv_irqc *irqc, uint32_t hart, bool console)
{
    bool interrupts = false;
    if (irqc->chip.ops != 0) {
        irqc->found->driver->init_hart(irqc->found->state, irqc, hart);
    }
    close_virtual_interrupts(irqc->machine);
    if (irqc->ipi_path.ops != 0) {
        irqc->ipi_path.ops->init_hart(irqc->ipi_path.state, hart);
    }
    for (uint32_t s = 1; console && irqc->chip.ops != 0 && s < irqc->machine->source_count; s++) {
        if (irqc->owner[s] == HV_OWNER_CONSOLE) {
            irqc->chip.ops->set_enable(irqc->chip.state, hart, s, true);
            interrupts = irqc->machine->irqc_index[hart] != MACHINE_NO_INDEX;
        }
    }
    return interrupts;
}

const char *hv_irqc_name(const struct hv_irqc *irqc)
{
    return irqc->chip.ops == 0 ? "none" : irqc->found->driver->name;
}

const char *hv_irqc_ipi_name(const struct hv_irqc *irqc)
{
    return irqc->ipi == 0 ? "sbi" : irqc->ipi->driver->name;
}

uint64_t hv_irqc_guest_file_hpa(const struct hv_irqc *irqc, uint32_t hart)
{
    const struct irqc_module *found = irqc->found;
    return found == 0 || found->driver->guest_file_hpa == 0
               ? UINT64_MAX
               : found->driver->guest_file_hpa(found->state, hart);
}
