/* SPDX-License-Identifier: Apache-2.0 */
/* Driver of an APLIC in direct delivery mode. */
#include "libhv/irqc/aia.h"

static bool discover(void *state, struct hv_irqc *irqc, const void *fdt, size_t size)
{
    return irqc_aia_discover(state, irqc, false, fdt, size);
}

static enum hyp_status init(void *state, struct hv_irqc *irqc)
{
    return irqc_aia_init(state, irqc);
}

const struct irqc_driver irqc_aplic = {
    .name = "aplic", .discover = discover, .init = init, .init_hart = hv_irqc_init_phys_hart};
