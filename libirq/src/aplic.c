/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC driver. */
#include <hyp/irq/aplic.h>

#include <hyp/base/assert.h>
#include <hyp/irq/aplic_regs.h>

static inline bool is_source(const struct aplic *a, uint32_t source)
{
    return source != 0 && source < a->source_count;
}

static inline bool is_hart(const struct aplic *a, uint32_t hart)
{
    return hart < a->hart_count && a->hart_index[hart] != APLIC_NO_HART;
}

static inline uintptr_t idc_at(const struct aplic *a, uint32_t hart)
{
    HYP_REQUIRE(!a->msi && is_hart(a, hart));
    return APLIC_IDC + (uintptr_t)a->hart_index[hart] * APLIC_IDC_STRIDE;
}

static inline uintptr_t sourcecfg_at(uint32_t source)
{
    return APLIC_SOURCECFG + (uintptr_t)source * 4;
}

static inline uintptr_t target_at(uint32_t source)
{
    return APLIC_TARGET + (uintptr_t)source * 4;
}

/* ---- Sources --------------------------------------------------------------------------------- */

uint32_t aplic_set_mode(const struct aplic *a, uint32_t source, uint32_t sm)
{
    if (!is_source(a, source)) {
        return APLIC_SM_INACTIVE;
    }
    mmio_write32(a->regs, sourcecfg_at(source), sm & APLIC_SOURCECFG_SM);
    return mmio_read32(a->regs, sourcecfg_at(source)) & APLIC_SOURCECFG_SM;
}

static void set_target(const struct aplic *a, uint32_t source, uint32_t hart, uint32_t low)
{
    HYP_REQUIRE(is_hart(a, hart));
    if (is_source(a, source)) {
        mmio_write32(a->regs, target_at(source),
                     a->hart_index[hart] << APLIC_TARGET_HART_SHIFT | low);
    }
}

void aplic_route(const struct aplic *a, uint32_t source, uint32_t hart, uint32_t guest_index,
                 uint32_t eiid)
{
    HYP_REQUIRE(guest_index <= APLIC_TARGET_GUEST_MASK && eiid <= APLIC_TARGET_EIID);
    set_target(a, source, hart, guest_index << APLIC_TARGET_GUEST_SHIFT | eiid);
}

void aplic_set_pending(const struct aplic *a, uint32_t source, bool pending)
{
    if (is_source(a, source)) {
        mmio_write32(a->regs, pending ? APLIC_SETIPNUM_LE : APLIC_CLRIPNUM, source);
    }
}

/*
 * QEMU's APLIC keeps a level pending whose input has fallen after a claim: it would interrupt once
 * more when it is enabled. Only the Inactive mode clears it.
 */
static void clear_stale_level(const struct aplic *a, uint32_t source)
{
    uint32_t sm = mmio_read32(a->regs, sourcecfg_at(source)) & APLIC_SOURCECFG_SM;
    uintptr_t word = (uintptr_t)(source / 32) * 4;
    if (!aplic_sm_is_level(sm)) {
        return;
    }
    uint32_t pending = mmio_read32(a->regs, APLIC_SETIP + word);
    uint32_t fallen = pending & ~mmio_read32(a->regs, APLIC_IN_CLRIP + word);
    if ((fallen >> source % 32 & 1) == 0) {
        return;
    }
    uint32_t target = mmio_read32(a->regs, target_at(source));
    mmio_write32(a->regs, sourcecfg_at(source), APLIC_SM_INACTIVE);
    mmio_write32(a->regs, sourcecfg_at(source), sm);
    mmio_write32(a->regs, target_at(source), target);
}

void aplic_set_enable(const struct aplic *a, uint32_t source, bool enable)
{
    if (!is_source(a, source)) {
        return;
    }
    if (enable && !a->msi) {
        clear_stale_level(a, source);
    }
    mmio_write32(a->regs, enable ? APLIC_SETIENUM : APLIC_CLRIENUM, source);
}

bool aplic_is_level(const struct aplic *a, uint32_t source)
{
    return is_source(a, source) && aplic_sm_is_level(mmio_read32(a->regs, sourcecfg_at(source)));
}

bool aplic_is_for(const struct aplic *a, uint32_t source, uint32_t hart)
{
    return is_source(a, source) && is_hart(a, hart) &&
           mmio_read32(a->regs, target_at(source)) >> APLIC_TARGET_HART_SHIFT ==
               a->hart_index[hart];
}

/* ---- The struct irqc ------------------------------------------------------------------------- */

HYP_COLD static void init_hart(void *state, uint32_t hart)
{
    const struct aplic *a = state;
    if (!is_hart(a, hart)) {
        return;
    }
    uintptr_t idc = idc_at(a, hart);
    mmio_write32(a->regs, idc + APLIC_IFORCE, 0);
    mmio_write32(a->regs, idc + APLIC_ITHRESHOLD, 0);
    mmio_write32(a->regs, idc + APLIC_IDELIVERY, 1);
}

static struct irqc_claim claim(void *state, uint32_t hart)
{
    const struct aplic *a = state;
    if (!is_hart(a, hart)) {
        return irqc_claim_of_source(0);
    }
    uint32_t source = mmio_read32(a->regs, idc_at(a, hart) + APLIC_CLAIMI) >> APLIC_TOPI_ID_SHIFT;
    if (aplic_is_level(a, source)) {
        mmio_write32(a->regs, APLIC_CLRIENUM, source);
    }
    return irqc_claim_of_source(source);
}

static void complete(void *state, uint32_t hart, uint32_t source)
{
    const struct aplic *a = state;
    (void)hart;
    if (aplic_is_level(a, source)) {
        aplic_set_enable(a, source, true);
    }
}

static void set_enable(void *state, uint32_t hart, uint32_t source, bool enable)
{
    const struct aplic *a = state;
    if (!is_source(a, source) || !is_hart(a, hart)) {
        return;
    }
    if (enable) {
        set_target(a, source, hart, 1);
        aplic_set_enable(a, source, true);
    } else if (aplic_is_for(a, source, hart)) {
        aplic_set_enable(a, source, false);
    }
}

/* Disables after the completion, which enables a level-sensitive source. */
static void refuse(void *state, uint32_t hart, uint32_t source)
{
    complete(state, hart, source);
    set_enable(state, hart, source, false);
}

static const struct irqc_ops irqc_ops = {
    .init_hart = init_hart,
    .claim = claim,
    .complete = complete,
    .set_enable = set_enable,
    .refuse = refuse,
};

struct irqc aplic_irqc(struct aplic *aplic)
{
    HYP_REQUIRE(!aplic->msi);
    return (struct irqc){.ops = &irqc_ops, .state = aplic, .source_count = aplic->source_count};
}

/* ---- The struct aplic_phys ------------------------------------------------------------------- */

static uint32_t phys_set_mode(void *state, uint32_t source, uint32_t sm)
{
    return aplic_set_mode(state, source, sm);
}

static void phys_set_target(void *state, uint32_t source, uint32_t hart)
{
    set_target(state, source, hart, 1);
}

static void phys_set_enable(void *state, uint32_t source, bool enable)
{
    aplic_set_enable(state, source, enable);
}

static void phys_set_pending(void *state, uint32_t word, uint32_t bits, bool pending)
{
    const struct aplic *a = state;
    uintptr_t at = (pending ? APLIC_SETIP : APLIC_IN_CLRIP) + (uintptr_t)word * 4;
    mmio_write32(a->regs, at, bits);
}

static uint32_t read_word(const struct aplic *a, uintptr_t array, uint32_t word)
{
    return word * 32 < a->source_count ? mmio_read32(a->regs, array + (uintptr_t)word * 4) : 0;
}

static uint32_t phys_pending(void *state, uint32_t word)
{
    return read_word(state, APLIC_SETIP, word);
}

static uint32_t phys_rectified(void *state, uint32_t word)
{
    return read_word(state, APLIC_IN_CLRIP, word);
}

static const struct aplic_phys_ops phys_ops = {
    .set_mode = phys_set_mode,
    .set_target = phys_set_target,
    .set_enable = phys_set_enable,
    .set_pending = phys_set_pending,
    .pending = phys_pending,
    .rectified = phys_rectified,
};

struct aplic_phys aplic_phys(struct aplic *aplic)
{
    return (struct aplic_phys){
        .ops = &phys_ops, .state = aplic, .source_count = aplic->source_count};
}

/* ---- Set-up ---------------------------------------------------------------------------------- */

static bool harts_are_valid(const struct aplic *a)
{
    for (uint32_t h = 0; h < a->hart_count; h++) {
        if (is_hart(a, h) && a->hart_index[h] >= APLIC_HART_MAX) {
            return false;
        }
    }
    return true;
}

HYP_COLD enum hyp_status aplic_init(const struct aplic *a)
{
    if (a->source_count < 2 || a->source_count > APLIC_SOURCE_MAX || a->hart_count > HYP_HART_MAX ||
        !harts_are_valid(a)) {
        return HYP_E_PARAM;
    }
    uint32_t mode = a->msi ? APLIC_DOMAINCFG_DM : 0;
    mmio_write32(a->regs, APLIC_DOMAINCFG, mode);
    if (mmio_read32(a->regs, APLIC_DOMAINCFG) != (APLIC_DOMAINCFG_TOP | mode)) {
        return HYP_E_UNSUPPORTED;
    }
    for (uint32_t s = 1; s < a->source_count; s++) {
        mmio_write32(a->regs, sourcecfg_at(s), APLIC_SM_INACTIVE);
    }
    mmio_write32(a->regs, APLIC_DOMAINCFG, mode | APLIC_DOMAINCFG_IE);
    return HYP_OK;
}
