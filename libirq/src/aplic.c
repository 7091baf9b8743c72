/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC driver. */
#include <hyp/irq/aplic.h>

#include <hyp/base/assert.h>
#include <hyp/irq/aplic_regs.h>

static inline bool is_source(const struct aplic *aplic, uint32_t source)
{
    return source != 0 && source < aplic->source_count;
}

static inline bool is_hart(const struct aplic *aplic, uint32_t hart)
{
    return hart < aplic->hart_count && aplic->hart_index[hart] != APLIC_NO_HART;
}

static inline uintptr_t idc_at(const struct aplic *aplic, uint32_t hart)
{
    HYP_REQUIRE(!aplic->msi && is_hart(aplic, hart));
    return APLIC_IDC + (uintptr_t)aplic->hart_index[hart] * APLIC_IDC_STRIDE;
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

uint32_t aplic_set_mode(const struct aplic *aplic, uint32_t source, uint32_t sm)
{
    if (!is_source(aplic, source)) {
        return APLIC_SM_INACTIVE;
    }
    mmio_write32(aplic->regs, sourcecfg_at(source), sm & APLIC_SOURCECFG_SM);
    return mmio_read32(aplic->regs, sourcecfg_at(source)) & APLIC_SOURCECFG_SM;
}

static void set_target(const struct aplic *aplic, uint32_t source, uint32_t hart, uint32_t low)
{
    HYP_REQUIRE(is_hart(aplic, hart));
    if (is_source(aplic, source)) {
        mmio_write32(aplic->regs, target_at(source),
                     aplic->hart_index[hart] << APLIC_TARGET_HART_SHIFT | low);
    }
}

void aplic_route(const struct aplic *aplic, uint32_t source, uint32_t hart, uint32_t guest_index,
                 uint32_t eiid)
{
    HYP_REQUIRE(guest_index <= APLIC_TARGET_GUEST_MASK && eiid <= APLIC_TARGET_EIID);
    set_target(aplic, source, hart, guest_index << APLIC_TARGET_GUEST_SHIFT | eiid);
}

void aplic_set_pending(const struct aplic *aplic, uint32_t source, bool pending)
{
    if (is_source(aplic, source)) {
        mmio_write32(aplic->regs, pending ? APLIC_SETIPNUM_LE : APLIC_CLRIPNUM, source);
    }
}

/*
 * QEMU's APLIC keeps a level pending whose input has fallen after a claim: it would interrupt once
 * more when it is enabled. Only the Inactive mode clears it.
 */
static void clear_stale_level(const struct aplic *aplic, uint32_t source)
{
    uint32_t sm = mmio_read32(aplic->regs, sourcecfg_at(source)) & APLIC_SOURCECFG_SM;
    uintptr_t word = (uintptr_t)(source / 32) * 4;
    if (!aplic_sm_is_level(sm)) {
        return;
    }
    uint32_t pending = mmio_read32(aplic->regs, APLIC_SETIP + word);
    uint32_t fallen = pending & ~mmio_read32(aplic->regs, APLIC_IN_CLRIP + word);
    if ((fallen >> source % 32 & 1) == 0) {
        return;
    }
    uint32_t target = mmio_read32(aplic->regs, target_at(source));
    mmio_write32(aplic->regs, sourcecfg_at(source), APLIC_SM_INACTIVE);
    mmio_write32(aplic->regs, sourcecfg_at(source), sm);
    mmio_write32(aplic->regs, target_at(source), target);
}

void aplic_set_enable(const struct aplic *aplic, uint32_t source, bool enable)
{
    if (!is_source(aplic, source)) {
        return;
    }
    if (enable && !aplic->msi) {
        clear_stale_level(aplic, source);
    }
    mmio_write32(aplic->regs, enable ? APLIC_SETIENUM : APLIC_CLRIENUM, source);
}

bool aplic_is_level(const struct aplic *aplic, uint32_t source)
{
    return is_source(aplic, source) &&
           aplic_sm_is_level(mmio_read32(aplic->regs, sourcecfg_at(source)));
}

bool aplic_is_for(const struct aplic *aplic, uint32_t source, uint32_t hart)
{
    return is_source(aplic, source) && is_hart(aplic, hart) &&
           mmio_read32(aplic->regs, target_at(source)) >> APLIC_TARGET_HART_SHIFT ==
               aplic->hart_index[hart];
}

/* ---- The struct irqc ------------------------------------------------------------------------- */

HYP_COLD static void init_hart(void *state, uint32_t hart)
{
    const struct aplic *aplic = state;
    if (!is_hart(aplic, hart)) {
        return;
    }
    uintptr_t idc = idc_at(aplic, hart);
    mmio_write32(aplic->regs, idc + APLIC_IFORCE, 0);
    mmio_write32(aplic->regs, idc + APLIC_ITHRESHOLD, 0);
    mmio_write32(aplic->regs, idc + APLIC_IDELIVERY, 1);
}

static struct irqc_claim claim(void *state, uint32_t hart)
{
    const struct aplic *aplic = state;
    if (!is_hart(aplic, hart)) {
        return irqc_claim_of_source(0);
    }
    uint32_t source =
        mmio_read32(aplic->regs, idc_at(aplic, hart) + APLIC_CLAIMI) >> APLIC_TOPI_ID_SHIFT;
    if (aplic_is_level(aplic, source)) {
        mmio_write32(aplic->regs, APLIC_CLRIENUM, source);
    }
    return irqc_claim_of_source(source);
}

static void complete(void *state, uint32_t hart, uint32_t source)
{
    const struct aplic *aplic = state;
    (void)hart;
    if (aplic_is_level(aplic, source)) {
        aplic_set_enable(aplic, source, true);
    }
}

static void set_enable(void *state, uint32_t hart, uint32_t source, bool enable)
{
    const struct aplic *aplic = state;
    if (!is_source(aplic, source) || !is_hart(aplic, hart)) {
        return;
    }
    if (enable) {
        set_target(aplic, source, hart, 1);
        aplic_set_enable(aplic, source, true);
    } else if (aplic_is_for(aplic, source, hart)) {
        aplic_set_enable(aplic, source, false);
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
    const struct aplic *aplic = state;
    uintptr_t at = (pending ? APLIC_SETIP : APLIC_IN_CLRIP) + (uintptr_t)word * 4;
    mmio_write32(aplic->regs, at, bits);
}

static uint32_t read_word(const struct aplic *aplic, uintptr_t array, uint32_t word)
{
    return word * 32 < aplic->source_count ? mmio_read32(aplic->regs, array + (uintptr_t)word * 4)
                                           : 0;
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

static bool harts_are_valid(const struct aplic *aplic)
{
    for (uint32_t h = 0; h < aplic->hart_count; h++) {
        if (is_hart(aplic, h) && aplic->hart_index[h] >= APLIC_HART_MAX) {
            return false;
        }
    }
    return true;
}

HYP_COLD enum hyp_status aplic_init(const struct aplic *aplic)
{
    if (aplic->source_count < 2 || aplic->source_count > APLIC_SOURCE_MAX ||
        aplic->hart_count > HYP_HART_MAX || !harts_are_valid(aplic)) {
        return HYP_E_PARAM;
    }
    uint32_t mode = aplic->msi ? APLIC_DOMAINCFG_DM : 0;
    mmio_write32(aplic->regs, APLIC_DOMAINCFG, mode);
    if (mmio_read32(aplic->regs, APLIC_DOMAINCFG) != (APLIC_DOMAINCFG_TOP | mode)) {
        return HYP_E_UNSUPPORTED;
    }
    for (uint32_t s = 1; s < aplic->source_count; s++) {
        mmio_write32(aplic->regs, sourcecfg_at(s), APLIC_SM_INACTIVE);
    }
    mmio_write32(aplic->regs, APLIC_DOMAINCFG, mode | APLIC_DOMAINCFG_IE);
    return HYP_OK;
}
