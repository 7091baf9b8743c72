/* SPDX-License-Identifier: Apache-2.0 */
/* Driver of an APLIC that sends its interrupts as messages to the harts' IMSICs. */
#include "libhv/irqc/aia.h"

static bool discover(void *state, struct hv_irqc *irqc, const void *fdt, size_t size)
{
    /* Interrupt files have no CSRs without Ssaia. */
    return (irqc->machine->all.isa & BIT(GUEST_ISA_SSAIA)) != 0 &&
           irqc_aia_discover(state, irqc, true, fdt, size);
}

static enum hyp_status init(void *state, struct hv_irqc *irqc)
{
    struct irqc_aia *a = state;
    irqc->s_level_imsic_ids = a->found.id_max;
    irqc->guest_files = irqc_aia_has_file_pages(a) ? imsic_geilen() : 0;
    return irqc_aia_init(a, irqc);
}

static uint64_t guest_file_hpa(const void *state, uint32_t hart)
{
    const struct irqc_aia *a = state;
    return irqc_aia_has_file_pages(a) ? irqc_aia_file_page(a, hart, AIA_GUEST_FILE).a : UINT64_MAX;
}

const struct irqc_driver irqc_imsic = {.name = "aplic-imsic",
                                       .discover = discover,
                                       .init = init,
                                       .init_hart = hv_irqc_init_phys_hart,
                                       .guest_file_hpa = guest_file_hpa};
