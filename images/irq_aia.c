/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's APLIC, in direct mode or with the harts' IMSICs. */
#include "hyp.h"

#include <hyp/irq/aplic.h>
#include <hyp/irq/aplic_imsic.h>
#include <hyp/irq/aplic_regs.h>
#include <hyp/irq/one_target.h>
#include <hyp/vm/machine_aia.h>
#include <string.h>

/* There is one machine: like the_hyp of main.c. */
static struct {
    struct machine_aia found;
    struct aplic_imsic chip;
    struct one_target one;
    uint64_t harts[SOURCE_MAX];
} the_aia;

static bool find(struct hyp *h, const void *fdt)
{
    struct machine_aia *found = &the_aia.found;
    if (machine_read_aia(&h->machine, found, fdt, HYP_BOOT_FDT_SIZE) != HYP_OK ||
        found->source_count < 2 || found->source_count > SOURCE_MAX) {
        return false;
    }
    h->machine.source_count = found->source_count;
    memcpy(h->machine.irqc_index, found->hart_index, sizeof(found->hart_index));
    return true;
}

/* The platform's devices hold their lines high until they are served. */
static void set_modes(const struct aplic *aplic)
{
    for (uint32_t i = 0; i < hyp_platform.device_count; i++) {
        const uint32_t *irq = hyp_platform.devices[i].irq;
        for (uint32_t n = 0; n < 4 && irq[n] != 0; n++) {
            (void)aplic_set_mode(aplic, irq[n], APLIC_SM_LEVEL1);
        }
    }
}

static void init(struct hyp *h)
{
    const struct machine_aia *found = &the_aia.found;
    struct aplic *aplic = &the_aia.chip.aplic;
    uintptr_t va;
    if (hspace_map_device(&h->space, HPA(found->aplic.hpa), found->aplic.size, &va) != HYP_OK) {
        return;
    }
    the_aia.chip.id_max = found->id_max;
    *aplic = (struct aplic){
        .regs = {.base = va},
        .hart_index = found->hart_index,
        .hart_count = h->machine.hart_count,
        .source_count = found->source_count,
        .msi = found->msi,
    };
    if (aplic_init(aplic) != HYP_OK) {
        return;
    }
    set_modes(aplic);
    the_aia.one = (struct one_target){
        .inner = found->msi ? aplic_imsic_irqc(&the_aia.chip) : aplic_irqc(aplic),
        .harts = the_aia.harts,
    };
    h->irqc = one_target_irqc(&the_aia.one);
}

__attribute__((used, section(".hyp_irqc"))) static const struct hyp_irqc_kind aia = {find, init};
