/* SPDX-License-Identifier: Apache-2.0 */
/* IPIs by a store to the ACLINT's SSWI device: one store and no claim, so the shortest path. */
#include "libhv/irqc/aia.h"

static void discover(void *state, const struct hv_irqc *irqc, const void *fdt, size_t size)
{
    irqc_aia_read(state, irqc, fdt, size);
}

static bool init(void *state, struct hv_irqc *irqc, struct ipi_path *path)
{
    struct irqc_aia *aia = state;
    const struct machine_aia *found = &aia->found;
    uintptr_t va;
    if (found->sswi.size < ACLINT_SSWI_SIZE ||
        hspace_map_device(irqc->space, HPA(found->sswi.hpa), ACLINT_SSWI_SIZE, &va) != HYP_OK) {
        return false;
    }
    mmio_t regs = {.base = va};
    if (aclint_sswi_init(&aia->sswi, regs, found->sswi_index, irqc->machine->hart_count) !=
        HYP_OK) {
        return false;
    }
    *path = aclint_sswi_ipi_path(&aia->sswi);
    return true;
}

const struct ipi_driver ipi_sswi = {.name = "sswi", .discover = discover, .init = init};
