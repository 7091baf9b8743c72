/* SPDX-License-Identifier: Apache-2.0 */
/* APLIC, IMSIC and SSWI among the controllers that machine_read() has found. */
#include <hyp/vm/machine_aia.h>

#include "machine_tree.h"

#include <hyp/arch/csr.h>

/* An APLIC has the domain's registers, then an IDC for each hart. */
#define APLIC_IDCS 0x4000
#define APLIC_IDC_SIZE 0x20

#define NONE UINT32_MAX

struct reader {
    const struct machine *machine;
    const struct dtree *tree;
    struct machine_aia *aia;
};

static uint32_t number(const struct reader *reader, uint32_t n, const char *name, uint32_t missing)
{
    return machine_irqc_number(reader->machine, reader->tree, n, name, missing);
}

static uint32_t number_harts(const struct reader *reader, uint32_t n, uint32_t irq, uint32_t *index)
{
    return machine_number_harts(reader->machine, reader->tree, n, irq, index);
}

/* Returns the first entry behind `n` that begins such a node, or NONE. */
static uint32_t next(const struct machine *machine, uint32_t n, enum machine_irqc kind)
{
    while (++n < machine->regs_count) {
        if (machine_irqc_begins(machine, n, kind)) {
            return n;
        }
    }
    return NONE;
}

/* Returns the highest number of a hart plus 1; 0: no hart has one. */
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

/* Checks the bounds of the specification, and that the region has the pages of every hart. */
static bool imsic_is_sound(const struct machine_aia *aia, uint32_t group_bits)
{
    uint64_t end = index_end(aia->hart_index);
    return group_bits == 0 && aia->guest_bits <= 7 && aia->id_max >= 63 && aia->id_max <= 2047 &&
           aia->guest_id_max <= 2047 &&
           aia->imsic.size >> (HYP_PAGE_SHIFT + aia->guest_bits) >= end;
}

/* Takes an APLIC that interrupts harts by its own IDCs; false: it is of no use. */
static bool take_direct(const struct reader *reader, uint32_t n)
{
    struct machine_aia *aia = reader->aia;
    uint64_t end = index_end(aia->hart_index);
    return machine_irqc_value(reader->machine, reader->tree, n, "riscv,hart-indexes").bytes ==
               NULL &&
           aia->aplic.size >= APLIC_IDCS + APLIC_IDC_SIZE * end;
}

static bool take_msi(const struct reader *reader, uint32_t imsic)
{
    struct machine_aia *aia = reader->aia;
    aia->msi = true;
    aia->imsic = machine_irqc_regs(reader->machine, imsic);
    aia->id_max = number(reader, imsic, "riscv,num-ids", 0);
    aia->guest_id_max = number(reader, imsic, "riscv,num-guest-ids", aia->id_max);
    aia->guest_bits = number(reader, imsic, "riscv,guest-index-bits", 0);
    if (aia->source_count - 1 > aia->id_max) {
        aia->source_count = aia->id_max; /* One identity is no source's. */
    }
    return aia->aplic.size >= APLIC_IDCS &&
           imsic_is_sound(aia, number(reader, imsic, "riscv,group-index-bits", 0));
}

/* Returns the IMSIC of that phandle and numbers its harts, if it interrupts harts in S-mode; or
 * NONE. */
static uint32_t find_imsic(const struct reader *reader, uint32_t phandle)
{
    uint32_t n = NONE;
    do {
        n = next(reader->machine, n, MACHINE_IRQC_IMSIC);
    } while (n != NONE &&
             number(reader, n, "phandle", number(reader, n, "linux,phandle", 0)) != phandle);
    return n != NONE && number_harts(reader, n, IRQ_S_EXT, reader->aia->hart_index) != 0 ? n : NONE;
}

/*
 * Takes the first APLIC that interrupts harts in S-mode, itself or by its IMSIC. If it can do both,
 * it sends messages: IMSICs pass the APLIC's own interrupts on only if eidelivery says so.
 */
static void take_aplic(const struct reader *reader)
{
    struct machine_aia *aia = reader->aia;
    uint32_t n = NONE;
    while ((n = next(reader->machine, n, MACHINE_IRQC_APLIC)) != NONE) {
        uint32_t parent = number(reader, n, "msi-parent", 0);
        uint32_t imsic = parent != 0 ? find_imsic(reader, parent) : NONE;
        if (imsic == NONE && number_harts(reader, n, IRQ_S_EXT, aia->hart_index) == 0) {
            continue;
        }
        aia->aplic = machine_irqc_regs(reader->machine, n);
        aia->source_count = number(reader, n, "riscv,num-sources", 0) + 1;
        aia->chip_source_count = aia->source_count;
        if (!(imsic == NONE ? take_direct(reader, n) : take_msi(reader, imsic))) {
            aia->source_count = 0;
        }
        return;
    }
}

enum hyp_status machine_read_aia(const struct machine *machine, struct machine_aia *aia,
                                 const void *fdt, size_t size)
{
    struct dtree tree;
    struct reader reader = {.machine = machine, .tree = &tree, .aia = aia};
    *aia = (struct machine_aia){.source_count = 0};
    HYP_TRY(dtree_open(&tree, fdt, size));
    take_aplic(&reader);
    uint32_t sswi = next(machine, NONE, MACHINE_IRQC_SSWI);
    if (sswi != NONE) {
        aia->sswi = machine_irqc_regs(machine, sswi);
        (void)number_harts(&reader, sswi, IRQ_S_SOFT, aia->sswi_index);
    }
    return HYP_OK;
}
