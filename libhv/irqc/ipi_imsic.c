/* SPDX-License-Identifier: Apache-2.0 */
/* IPIs as messages to S-level interrupt files; their identity has priority over all sources'. */
#include "libhv/irqc/aia.h"

static bool init(void *state, struct hv_irqc *irqc, struct ipi_path *path)
{
    struct irqc_aia *aia = state;
    uint32_t hart_count = irqc->machine->hart_count;
    if (irqc->phys.ops == NULL || !aia->found.msi || aia->aplic_imsic.id_base < AIA_IPI_ID) {
        return false;
    }
    for (uint32_t hart = 0; hart < hart_count; hart++) {
        uintptr_t va;
        if (aia->found.hart_index[hart] == MACHINE_NO_INDEX ||
            hspace_map_device(irqc->space, irqc_aia_file_page(aia, hart, 0), HYP_IMSIC_SIZE, &va) !=
                HYP_OK) {
            return false;
        }
        aia->s_level_file[hart].base = va;
    }
    aia->ipi = (struct imsic_ipi){
        .page = aia->s_level_file, .hart_count = hart_count, .identity = AIA_IPI_ID};
    *path = imsic_ipi_path(&aia->ipi);
    return true;
}

const struct ipi_driver ipi_imsic = {.name = "imsic", .init = init};
