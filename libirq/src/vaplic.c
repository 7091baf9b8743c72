/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The APLIC model: its register window, the domain's registers, its set-up. The caller holds the
 * VM's lock. vaplic_priv.h lists the other files.
 */
#include <hyp/irq/vaplic.h>

#include <stddef.h>

#include "vaplic_request.h"
#include "vaplic_source.h"

_Static_assert(VAPLIC_SIZE == APLIC_SIZE, "the model answers for the whole domain");
_Static_assert(HYP_HART_MAX *APLIC_IDC_STRIDE <= APLIC_SIZE - APLIC_IDC, "IDC structures fit");
_Static_assert(sizeof(struct vaplic_source) == 8, "a shift finds the source, not a product");

/* ---- The domain's registers ------------------------------------------------------------------ */

/* BE is read-only zero, so a write of it is ignored. */
static uint32_t read_domaincfg(const struct vaplic *vaplic)
{
    return APLIC_DOMAINCFG_TOP | (vaplic->ie ? APLIC_DOMAINCFG_IE : 0) |
           (vaplic->msi ? APLIC_DOMAINCFG_DM : 0);
}

/*
 * Changes DM. Every source is deferred, because the bits of target now have the other mode's
 * meaning, and because in direct mode a level-sensitive source is pending whenever its rectified
 * input is high; apply_deferred() does both. ie has its new value already.
 */
static void set_delivery_mode(struct vaplic *vaplic, bool msi)
{
    vaplic_remove_requests(vaplic);
    vaplic->msi = msi;
    for (uint32_t w = 0; w < vaplic->word_count; w++) {
        uint64_t left = vaplic->config.source_count - w * 64;
        uint64_t sources = left >= 64 ? UINT64_MAX : BIT(left) - 1;
        vaplic_defer(vaplic, w, w == 0 ? sources & ~BIT(0) : sources); /* There is no source 0. */
    }
    vaplic_update_all_external(vaplic);
}

/*
 * Defers the sources that a change of IE in MSI mode concerns: the MSIs of pending ones are sent if
 * IE is now 1, and hardware ones are enabled at the physical APLIC only while IE is 1.
 */
static void update_msi_sources(struct vaplic *vaplic)
{
    for (uint32_t w = 0; w < vaplic->word_count; w++) {
        vaplic_defer(vaplic, w, vaplic->enabled[w] & (vaplic->pending[w] | vaplic->owned[w]));
    }
}

static void write_domaincfg(struct vaplic *vaplic, uint32_t value)
{
    bool dm_is_writable = vaplic->config.delivery == (VAPLIC_DIRECT | VAPLIC_MSI);
    bool msi = dm_is_writable ? (value & APLIC_DOMAINCFG_DM) != 0 : vaplic->msi;
    bool ie = (value & APLIC_DOMAINCFG_IE) != 0;
    if (msi != vaplic->msi) {
        vaplic->ie = ie;
        set_delivery_mode(vaplic, msi);
    } else if (ie != vaplic->ie) {
        vaplic->ie = ie;
        if (msi) {
            update_msi_sources(vaplic);
        } else {
            vaplic_update_all_external(vaplic);
        }
    }
}

/* Sends an extempore MSI at once, so Busy is never set; domaincfg.IE does not affect it. */
static void write_genmsi(struct vaplic *vaplic, uint32_t value)
{
    if (vaplic->msi) {
        vaplic->genmsi = value & ~(APLIC_TARGET_GUEST_MASK << APLIC_TARGET_GUEST_SHIFT);
        vaplic->config.send_msi(vaplic->config.ctx, value >> APLIC_TARGET_HART_SHIFT, 0,
                                value & APLIC_TARGET_EIID);
    }
}

/* ---- IDC structures -------------------------------------------------------------------------- */

/* Returns the structure at `offset`, which is at least APLIC_IDC; NULL: there is none. */
static struct vaplic_idc *idc_at(const struct vaplic *vaplic, uint64_t offset)
{
    uint64_t i = (offset - APLIC_IDC) / APLIC_IDC_STRIDE;
    bool exists = i < vaplic->config.idc_count && (vaplic->config.delivery & VAPLIC_DIRECT) != 0;
    return exists ? &vaplic->idcs[i] : 0;
}

static enum vdev_result read_idc(struct vaplic *vaplic, uint64_t offset, uint64_t *value)
{
    struct vaplic_idc *idc = idc_at(vaplic, offset);
    if (idc == 0) {
        return VDEV_OK;
    }
    switch (offset % APLIC_IDC_STRIDE) {
    case APLIC_IDELIVERY: *value = idc->idelivery; break;
    case APLIC_IFORCE: *value = idc->iforce; break;
    case APLIC_ITHRESHOLD:
        *value = idc->threshold_key == VAPLIC_NONE ? 0 : idc->threshold_key >> KEY_SHIFT;
        break;
    case APLIC_TOPI: return vaplic_read_topi(vaplic, idc, value);
    case APLIC_CLAIMI: return vaplic_read_claimi(vaplic, idc, value);
    default: break;
    }
    return VDEV_OK;
}

static void write_idc(struct vaplic *vaplic, uint64_t offset, uint32_t value)
{
    struct vaplic_idc *idc = idc_at(vaplic, offset);
    uint32_t threshold = value & ((1u << vaplic->config.iprio_bits) - 1);
    if (idc == NULL) {
        return;
    }
    switch (offset % APLIC_IDC_STRIDE) {
    case APLIC_IDELIVERY: idc->idelivery = (value & 1) != 0; break;
    case APLIC_IFORCE: idc->iforce = (value & 1) != 0; break;
    case APLIC_ITHRESHOLD:
        idc->threshold_key = threshold == 0 ? VAPLIC_NONE : threshold << KEY_SHIFT;
        break;
    default: return; /* topi and claimi are read-only. */
    }
    vaplic_update_external(vaplic, idc);
}

/* ---- Register window ------------------------------------------------------------------------- */

/*
 * Returns the offset of a register of the domain, and that of its first element if it is in an
 * array. *index is the source (sourcecfg, target) or the 32-bit word (setip, in_clrip, setie,
 * clrie). Element 0 of sourcecfg and target does not exist: domaincfg and genmsi are there.
 */
static uint64_t decode_register(uint64_t offset, uint32_t *index)
{
    uint32_t word = offset % 0x1000 / 4;
    uint64_t page = offset & ~(uint64_t)0xfff;
    *index = word;
    if (page == APLIC_SOURCECFG || page == APLIC_TARGET) {
        return word == 0 ? offset : page + 4;
    }
    /* Each of the four bitmaps has 0x100 bytes: 32 words in the first half, and setipnum or the
     * like in the second. */
    if (offset >= APLIC_SETIP && offset < APLIC_SETIPNUM_LE && offset % 0x100 < 0x80) {
        *index = offset % 0x100 / 4;
        return offset & ~(uint64_t)0xff;
    }
    return offset;
}

static enum vdev_result read_register(void *state, uint64_t offset, uint64_t *value)
{
    struct vaplic *vaplic = state;
    uint32_t index;
    uint64_t reg = decode_register(offset, &index);
    *value = 0;
    if (offset >= APLIC_IDC) {
        return read_idc(vaplic, offset, value);
    }
    switch (reg) {
    case APLIC_DOMAINCFG: *value = read_domaincfg(vaplic); return VDEV_OK;
    case APLIC_GENMSI: *value = vaplic->genmsi; return VDEV_OK;
    case APLIC_SOURCECFG_1:
        *value = vaplic_is_source(vaplic, index) ? vaplic->sources[index].mode : 0;
        return VDEV_OK;
    case APLIC_TARGET_1:
        *value = vaplic_is_source(vaplic, index) ? vaplic->sources[index].target : 0;
        return VDEV_OK;
    case APLIC_SETIP: *value = vaplic_read_setip(vaplic, index); break;
    case APLIC_IN_CLRIP: *value = vaplic_read_in_clrip(vaplic, index); break;
    case APLIC_SETIE: *value = vaplic_read_setie(vaplic, index); break;
    default: return VDEV_OK;
    }
    /* A read of setip or in_clrip defers the sources whose physical input has fallen. */
    return vaplic_run_deferred(vaplic, DEFERRED_PER_READ) ? VDEV_OK : VDEV_MORE;
}

/* __builtin_bswap32() would be a call of libgcc. */
static inline uint32_t swap_bytes(uint32_t x)
{
    return x >> 24 | (x >> 8 & 0xff00) | (x << 8 & 0xff0000) | x << 24;
}

static void write_register(void *state, uint64_t offset, uint32_t value)
{
    struct vaplic *vaplic = state;
    uint32_t index;
    uint64_t reg = decode_register(offset, &index);
    if (offset >= APLIC_IDC) {
        write_idc(vaplic, offset, value);
        return;
    }
    switch (reg) {
    case APLIC_DOMAINCFG: write_domaincfg(vaplic, value); break;
    case APLIC_GENMSI: write_genmsi(vaplic, value); break;
    case APLIC_SOURCECFG_1:
        if (vaplic_is_source(vaplic, index)) {
            vaplic_write_sourcecfg(vaplic, index, value);
        }
        break;
    case APLIC_TARGET_1:
        if (vaplic_is_source(vaplic, index)) {
            vaplic_write_target(vaplic, index, value);
        }
        break;
    case APLIC_SETIP: vaplic_set_pending_word(vaplic, index, value, true); break;
    case APLIC_SETIPNUM:
    case APLIC_SETIPNUM_LE: vaplic_set_pending(vaplic, value, true); break;
    case APLIC_SETIPNUM_BE: vaplic_set_pending(vaplic, swap_bytes(value), true); break;
    case APLIC_IN_CLRIP: vaplic_set_pending_word(vaplic, index, value, false); break;
    case APLIC_CLRIPNUM: vaplic_set_pending(vaplic, value, false); break;
    case APLIC_SETIE: vaplic_set_enabled_word(vaplic, index, value, true); break;
    case APLIC_SETIENUM: vaplic_set_enabled(vaplic, value, true); break;
    case APLIC_CLRIE: vaplic_set_enabled_word(vaplic, index, value, false); break;
    case APLIC_CLRIENUM: vaplic_set_enabled(vaplic, value, false); break;
    default: break;
    }
}

enum vdev_result vaplic_more(void *state)
{
    return vaplic_run_deferred(state, DEFERRED_PER_CALL) ? VDEV_OK : VDEV_MORE;
}

static const struct reg_window window = {
    .size = APLIC_SIZE, .read = read_register, .write = write_register, .more = vaplic_more};

enum vdev_result vaplic_read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    return reg_window_read(&window, state, offset, size, value);
}

enum vdev_result vaplic_write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    return reg_window_write(&window, state, offset, size, value);
}

/* ---- Set-up ---------------------------------------------------------------------------------- */

/* pending, enabled, rectified, owned, active, level_sensitive, deferred; 8 bits of iprio. */
#define BITMAPS (7u + 8u)

HYP_COLD uint64_t vaplic_storage_size(uint32_t source_count, uint32_t idc_count)
{
    uint32_t words = bitmap_words(source_count);
    return sizeof(struct vaplic_source) * source_count + sizeof(struct vaplic_idc) * idc_count +
           sizeof(uint64_t) * words * (BITMAPS + idc_count) +
           align_up(sizeof(uint32_t) * words * idc_count, sizeof(uint64_t));
}

HYP_COLD static bool config_is_valid(const struct vaplic_config *config)
{
    if (config->source_count < 2 || config->source_count > APLIC_SOURCE_MAX ||
        config->idc_count < 1 || config->idc_count > HYP_HART_MAX || config->iprio_bits < 1 ||
        config->iprio_bits > 8 || config->delivery < 1 ||
        config->delivery > (VAPLIC_DIRECT | VAPLIC_MSI)) {
        return false;
    }
    for (uint32_t vcpu = 0; config->hart != NULL && vcpu < config->idc_count; vcpu++) {
        if (config->hart[vcpu] >= HYP_HART_MAX) {
            return false;
        }
    }
    return true;
}

/* Sets those parts of the state after reset that are not 0: the storage was zeroed. */
HYP_COLD static void set_reset_values(struct vaplic *vaplic)
{
    vaplic->msi = vaplic->config.delivery == VAPLIC_MSI;
    uint32_t target = vaplic_legal_target(vaplic, 0);
    for (uint32_t source = 1; source < vaplic->config.source_count; source++) {
        vaplic_assign_target(vaplic, source, target);
    }
    for (uint32_t i = 0; i < vaplic->config.idc_count; i++) {
        vaplic->idcs[i].threshold_key = VAPLIC_NONE;
        vaplic->idcs[i].vcpu = (uint8_t)i;
    }
    vaplic_remove_requests(vaplic);
}

HYP_COLD enum hyp_status vaplic_init(struct vaplic *vaplic, const struct vaplic_config *config,
                                     void *storage)
{
    if (!config_is_valid(config)) {
        return HYP_E_PARAM;
    }
    uint32_t words = bitmap_words(config->source_count);
    *vaplic = (struct vaplic){
        .config = *config,
        .sources = storage,
        .word_count = words,
    };
    vaplic->idcs = (struct vaplic_idc *)(vaplic->sources + config->source_count);
    vaplic->pending = (uint64_t *)(vaplic->idcs + config->idc_count);
    vaplic->enabled = vaplic->pending + words;
    vaplic->rectified = vaplic->enabled + words;
    vaplic->owned = vaplic->rectified + words;
    vaplic->active = vaplic->owned + words;
    vaplic->level_sensitive = vaplic->active + words;
    vaplic->deferred = vaplic->level_sensitive + words;
    vaplic->iprio = vaplic->deferred + words;
    uint64_t *requests = vaplic->pending + BITMAPS * words;
    uint32_t *best = (uint32_t *)(requests + words * config->idc_count);
    for (uint32_t i = 0; i < config->idc_count; i++) {
        vaplic->idcs[i].requests = requests + words * i;
        vaplic->idcs[i].best = best + words * i;
    }
    set_reset_values(vaplic);
    return HYP_OK;
}
