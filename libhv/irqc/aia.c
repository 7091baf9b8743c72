/* SPDX-License-Identifier: Apache-2.0 */
/* The physical APLIC: discovery and set-up, shared by its two drivers. */
#include "libhv/irqc/aia.h"

#include <hyp/irq/aplic_regs.h>
#include <string.h>

void irqc_aia_read(struct irqc_aia *aia, const struct hv_irqc *irqc, const void *fdt, size_t size)
{
    if (!aia->is_read && irqc->machine->other_irqc &&
        machine_read_aia(irqc->machine, &aia->found, fdt, size) != HYP_OK) {
        aia->found = (struct machine_aia){.source_count = 0};
    }
    aia->is_read = true;
}

bool irqc_aia_discover(struct irqc_aia *aia, struct hv_irqc *irqc, bool msi, const void *fdt,
                       size_t size)
{
    struct machine *machine = irqc->machine;
    const struct machine_aia *found = &aia->found;
    irqc_aia_read(aia, irqc, fdt, size);
    if (machine->source_count != 0 || found->source_count < 2 ||
        found->source_count > HV_SOURCE_MAX || found->msi != msi) {
        return false;
    }
    machine->source_count = found->source_count;
    memcpy(machine->irqc_index, found->hart_index, sizeof(found->hart_index));
    irqc->imsic_ids = irqc_aia_has_file_pages(aia) ? found->guest_id_max : found->id_max;
    return true;
}

/* Sets each source's mode to edge or level, as the platform's device drives its line. */
static void set_modes(const struct aplic *aplic, const struct hyp_platform *platform)
{
    for (uint32_t i = 0; i < platform->device_count; i++) {
        const struct hyp_device *d = &platform->devices[i];
        for (uint32_t n = 0; n < hyp_device_irq_count(d); n++) {
            (void)aplic_set_mode(aplic, d->irq[n], d->irq_edge ? APLIC_SM_EDGE1 : APLIC_SM_LEVEL1);
        }
    }
}

enum hyp_status irqc_aia_init(struct irqc_aia *aia, struct hv_irqc *irqc)
{
    const struct machine_aia *found = &aia->found;
    struct aplic *aplic = &aia->aplic_imsic.aplic;
    uintptr_t va;
    HYP_TRY(hspace_map_device(irqc->space, HPA(found->aplic.hpa), found->aplic.size, &va));
    aia->aplic_imsic.id_max = found->id_max;
    aia->aplic_imsic.id_base =
        found->source_count - 1 + AIA_IPI_ID <= found->id_max ? AIA_IPI_ID : 0;
    *aplic = (struct aplic){
        .regs = {.base = va},
        .hart_index = found->hart_index,
        .hart_count = irqc->machine->hart_count,
        .source_count = found->chip_source_count,
        .msi = found->msi,
    };
    HYP_TRY(aplic_init(aplic));
    aplic->source_count = found->source_count; /* Sources beyond the identities stay off. */
    set_modes(aplic, irqc->build->platform);
    aia->phys = aplic_phys(aplic);
    aia->one_target = (struct one_target){
        .inner = found->msi ? aplic_imsic_irqc(&aia->aplic_imsic) : aplic_irqc(aplic),
        .harts = aia->target_harts,
    };
    irqc->phys = one_target_irqc(&aia->one_target);
    return HYP_OK;
}
