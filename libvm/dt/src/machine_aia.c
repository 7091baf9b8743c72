/* SPDX-License-Identifier: Apache-2.0 */
/* APLIC, IMSIC and SSWI among the controllers that machine_read() has found. */
#include <hyp/vm/machine_aia.h>

#include "machine_tree.h"

#include <hyp/arch/csr.h>

/* An APLIC's registers: the domain's, and behind them each hart's. */
#define APLIC_IDCS 0x4000
#define APLIC_IDC_SIZE 0x20

#define NONE UINT32_MAX

struct reading {
    const struct machine *m;
    const struct dtree *tree;
    struct machine_aia *aia;
};

static uint32_t number(const struct reading *r, uint32_t n, const char *name, uint32_t missing)
{
    return machine_irqc_number(r->m, r->tree, n, name, missing);
}

static uint32_t number_harts(const struct reading *r, uint32_t n, uint32_t irq, uint32_t *index)
{
    return machine_number_harts(r->m, r->tree, n, irq, index);
}

/* The first entry behind `n` that begins such a node; or NONE. */
static uint32_t next(const struct machine *m, uint32_t n, enum machine_irqc kind)
{
    while (++n < m->regs_count) {
        if (machine_irqc_begins(m, n, kind)) {
            return n;
        }
    }
    return NONE;
}

/* One behind the highest number of a hart; 0: no hart has one. */
static uint32_t index_end(const uint32_t *index)
{
    uint32_t end = 0;
    for (uint32_t hart = 0; hart < HYP_HART_MAX; hart++) {
        if (index[hart] != MACHINE_NO_INDEX && index[hart] >= end) {
            end = index[hart] + 1;
        }
    }
    return end;
}

/* Bounds of the specification; and the registers of every hart are in what the tree gives. */
static bool imsic_is_sound(const struct machine_aia *aia, uint32_t group_bits)
{
    uint64_t end = index_end(aia->hart_index);
    return group_bits == 0 && aia->guest_bits <= 7 && aia->id_max >= 63 && aia->id_max <= 2047 &&
           aia->guest_id_max <= 2047 &&
           aia->imsic.size >> (HYP_PAGE_SHIFT + aia->guest_bits) >= end;
}

/* One that interrupts harts by its own IDCs. */
static bool take_direct(const struct reading *r, uint32_t n)
{
    struct machine_aia *aia = r->aia;
    uint64_t end = index_end(aia->hart_index);
    return machine_irqc_value(r->m, r->tree, n, "riscv,hart-indexes").bytes == NULL &&
           aia->aplic.size >= APLIC_IDCS + APLIC_IDC_SIZE * end;
}

static bool take_msi(const struct reading *r, uint32_t imsic)
{
    struct machine_aia *aia = r->aia;
    aia->msi = true;
    aia->imsic = machine_irqc_regs(r->m, imsic);
    aia->id_max = number(r, imsic, "riscv,num-ids", 0);
    aia->guest_id_max = number(r, imsic, "riscv,num-guest-ids", aia->id_max);
    aia->guest_bits = number(r, imsic, "riscv,guest-index-bits", 0);
    if (aia->source_count - 1 > aia->id_max) {
        aia->source_count = aia->id_max; /* And one identity that no source has. */
    }
    return aia->aplic.size >= APLIC_IDCS &&
           imsic_is_sound(aia, number(r, imsic, "riscv,group-index-bits", 0));
}

/* The IMSIC of that phandle, if it interrupts harts in S-mode; which harts it has is known then. */
static uint32_t find_imsic(const struct reading *r, uint32_t phandle)
{
    uint32_t n = NONE;
    do {
        n = next(r->m, n, MACHINE_IRQC_IMSIC);
    } while (n != NONE && number(r, n, "phandle", number(r, n, "linux,phandle", 0)) != phandle);
    return n != NONE && number_harts(r, n, IRQ_S_EXT, r->aia->hart_index) != 0 ? n : NONE;
}

/*
 * The first that interrupts harts in S-mode, itself or by its IMSIC. Where it can do both, harts
 * take messages: their IMSICs do not let the APLIC's own interrupts through unless told to.
 */
static void take_aplic(const struct reading *r)
{
    struct machine_aia *aia = r->aia;
    uint32_t n = NONE;
    while ((n = next(r->m, n, MACHINE_IRQC_APLIC)) != NONE) {
        uint32_t parent = number(r, n, "msi-parent", 0);
        uint32_t imsic = parent != 0 ? find_imsic(r, parent) : NONE;
        if (imsic == NONE && number_harts(r, n, IRQ_S_EXT, aia->hart_index) == 0) {
            continue;
        }
        aia->aplic = machine_irqc_regs(r->m, n);
        aia->source_count = number(r, n, "riscv,num-sources", 0) + 1;
        aia->chip_source_count = aia->source_count;
        if (!(imsic == NONE ? take_direct(r, n) : take_msi(r, imsic))) {
            aia->source_count = 0;
        }
        return;
    }
}

enum hyp_status machine_read_aia(const struct machine *m, struct machine_aia *aia, const void *fdt,
                                 size_t size)
{
    struct dtree t;
    struct reading r = {.m = m, .tree = &t, .aia = aia};
    *aia = (struct machine_aia){.source_count = 0};
    HYP_TRY(dtree_open(&t, fdt, size));
    take_aplic(&r);
    uint32_t sswi = next(m, NONE, MACHINE_IRQC_SSWI);
    if (sswi != NONE) {
        aia->sswi = machine_irqc_regs(m, sswi);
        (void)number_harts(&r, sswi, IRQ_S_SOFT, aia->sswi_index);
    }
    return HYP_OK;
}
