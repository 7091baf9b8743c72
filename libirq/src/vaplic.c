/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model: its register window, the domain's registers, its set-up. */
#include <hyp/irq/vaplic.h>

#include <hyp/base/bits.h>
#include <hyp/irq/aplic_regs.h>

#include "vaplic_request.h"
#include "vaplic_source.h"

_Static_assert(VAPLIC_SIZE == APLIC_SIZE, "the model answers for the whole domain");
_Static_assert(HYP_HART_MAX *APLIC_IDC_STRIDE <= APLIC_SIZE - APLIC_IDC, "IDC structures fit");
_Static_assert(sizeof(struct vaplic_source) == 8, "an index is a shift");

/* ---- Register window ------------------------------------------------------------------------- */

/* setip … clrienum: four blocks of a bitmap's registers and one that takes a number. */
#define BLOCKS APLIC_SETIP
#define BLOCK_SIZE 0x100u
#define BLOCK_NUM 0xdcu
#define BLOCK_BITS 0x80u
enum { BLOCK_SETIP, BLOCK_IN_CLRIP, BLOCK_SETIE, BLOCK_CLRIE };

static inline bool is_source(const struct vaplic *v, uint64_t source)
{
    return source != 0 && source < v->config.source_count;
}

static uint32_t read_domaincfg(const struct vaplic *v)
{
    return APLIC_DOMAINCFG_TOP | (v->ie ? APLIC_DOMAINCFG_IE : 0) |
           (v->msi ? APLIC_DOMAINCFG_DM : 0);
}

static NOINLINE uint32_t read_block(struct vaplic *v, uint64_t offset)
{
    uint32_t reg = offset % BLOCK_SIZE / 4;
    if (offset < BLOCKS || reg / 2 >= v->word_count) {
        return 0;
    }
    switch ((offset - BLOCKS) / BLOCK_SIZE) {
    case BLOCK_SETIP: return vaplic_read_setip(v, reg);
    case BLOCK_IN_CLRIP: return vaplic_read_in_clrip(v, reg);
    case BLOCK_SETIE: return vaplic_half(v->enabled, reg);
    default: return 0;
    }
}

static NOINLINE enum vdev_result read_idc(struct vaplic *v, uint64_t offset, uint64_t *value)
{
    uint64_t i = (offset - APLIC_IDC) / APLIC_IDC_STRIDE;
    uint64_t reg = offset % APLIC_IDC_STRIDE;
    *value = 0;
    if (i >= v->config.idc_count || (v->config.delivery & VAPLIC_DIRECT) == 0) {
        return VDEV_OK;
    }
    struct vaplic_idc *idc = &v->idcs[i];
    if (reg == APLIC_CLAIMI) {
        return vaplic_read_claimi(v, idc, value);
    }
    if (reg == APLIC_TOPI) {
        return vaplic_read_topi(v, idc, value);
    }
    if (reg == APLIC_IDELIVERY) {
        *value = idc->idelivery;
    } else if (reg == APLIC_IFORCE) {
        *value = idc->iforce;
    } else if (reg == APLIC_ITHRESHOLD) {
        *value = idc->threshold_key == VAPLIC_NONE ? 0 : idc->threshold_key >> KEY_SHIFT;
    }
    return VDEV_OK;
}

/* Neither of a source nor of a hart. */
static NOINLINE enum vdev_result read_rest(struct vaplic *v, uint64_t offset, uint64_t *value)
{
    switch (offset) {
    case APLIC_DOMAINCFG: *value = read_domaincfg(v); break;
    case APLIC_GENMSI: *value = v->genmsi; break;
    default:
        *value = offset / 0x1000 == BLOCKS / 0x1000 ? read_block(v, offset) : 0;
        return vaplic_run_deferred(v, DEFERRED_PER_READ) ? VDEV_OK : VDEV_MORE;
    }
    return VDEV_OK;
}

static inline enum vdev_result read_register(struct vaplic *v, uint64_t offset, uint64_t *value)
{
    uint64_t page = offset / 0x1000;
    uint64_t source = offset % 0x1000 / 4;
    if (offset >= APLIC_IDC) {
        return read_idc(v, offset, value);
    }
    if ((page != 0 && page != APLIC_TARGET / 0x1000) || source == 0) {
        return read_rest(v, offset, value);
    }
    *value = 0;
    if (source < v->config.source_count) {
        const struct vaplic_source *s = &v->sources[source];
        *value = page == 0 ? s->mode : s->target;
    }
    return VDEV_OK;
}

/* `source` is the guest's: of none, it has no effect. */
static void write_number(struct vaplic *v, uint32_t source, uint64_t block)
{
    if (!is_source(v, source)) {
        return;
    }
    if (block <= BLOCK_IN_CLRIP) {
        vaplic_set_pending(v, source, block == BLOCK_SETIP);
    } else {
        vaplic_set_enabled(v, source, block == BLOCK_SETIE);
    }
}

/* Written out, as the built-in one is a call into the compiler's library. */
static inline uint32_t swap_bytes(uint32_t x)
{
    return x >> 24 | (x >> 8 & 0xff00) | (x << 8 & 0xff0000) | x << 24;
}

static void write_bits(struct vaplic *v, uint32_t reg, uint32_t value, uint64_t block)
{
    if (reg / 2 >= v->word_count) {
        return;
    }
    if (block <= BLOCK_IN_CLRIP) {
        vaplic_set_pending_word(v, reg, value, block == BLOCK_SETIP);
    } else {
        vaplic_set_enabled_word(v, reg, value, block == BLOCK_SETIE);
    }
}

static NOINLINE void write_block(struct vaplic *v, uint64_t offset, uint32_t value)
{
    if (offset < BLOCKS) {
        return;
    }
    uint64_t block = (offset - BLOCKS) / BLOCK_SIZE;
    uint32_t at = offset % BLOCK_SIZE;
    if (at < BLOCK_BITS) {
        write_bits(v, at / 4, value, block);
    } else if (at == BLOCK_NUM) {
        write_number(v, value, block);
    }
}

static NOINLINE void write_idc(struct vaplic *v, uint64_t offset, uint32_t value)
{
    uint32_t i = (uint32_t)(offset - APLIC_IDC) / APLIC_IDC_STRIDE;
    if (i >= v->config.idc_count || (v->config.delivery & VAPLIC_DIRECT) == 0) {
        return;
    }
    struct vaplic_idc *idc = &v->idcs[i];
    uint32_t threshold = value & ((1u << v->config.iprio_bits) - 1);
    switch (offset % APLIC_IDC_STRIDE) {
    case APLIC_IDELIVERY: idc->idelivery = (value & 1) != 0; break;
    case APLIC_IFORCE: idc->iforce = (value & 1) != 0; break;
    case APLIC_ITHRESHOLD:
        idc->threshold_key = threshold == 0 ? VAPLIC_NONE : threshold << KEY_SHIFT;
        break;
    default: return;
    }
    vaplic_update_external(v, idc);
}

/* DM changes: targets are read anew, and direct mode's levels pend. */
static NOINLINE void set_delivery(struct vaplic *v, bool msi)
{
    vaplic_remove_requests(v);
    v->msi = msi;
    for (uint32_t w = 0; w < v->word_count; w++) {
        uint64_t rest = v->config.source_count - w * 64;
        uint64_t sources = rest >= 64 ? UINT64_MAX : BIT(rest) - 1;
        vaplic_defer(v, w, w == 0 ? sources & ~BIT(0) : sources); /* There is no source 0. */
    }
    vaplic_update_all_external(v);
}

/* IE changes in MSI mode: what waited goes, and the machine follows. */
static void forward(struct vaplic *v)
{
    for (uint32_t w = 0; w < v->word_count; w++) {
        vaplic_defer(v, w, v->enabled[w] & (v->pending[w] | v->owned[w]));
    }
}

static NOINLINE void write_domaincfg(struct vaplic *v, uint32_t value)
{
    bool both = v->config.delivery == (VAPLIC_DIRECT | VAPLIC_MSI);
    bool msi = both ? (value & APLIC_DOMAINCFG_DM) != 0 : v->msi;
    bool ie = (value & APLIC_DOMAINCFG_IE) != 0;
    bool turned = msi != v->msi;
    if (!turned && ie == v->ie) {
        return;
    }
    v->ie = ie;
    if (turned) {
        set_delivery(v, msi);
    } else if (msi) {
        forward(v);
    } else {
        vaplic_update_all_external(v);
    }
}

static void write_genmsi(struct vaplic *v, uint32_t value)
{
    if (v->msi) {
        v->genmsi = value & ~(APLIC_TARGET_GUEST_MASK << APLIC_TARGET_GUEST_SHIFT);
        v->config.send_msi(v->config.ctx, value >> APLIC_TARGET_HART_SHIFT, 0,
                           value & APLIC_TARGET_EIID);
    }
}

static inline void write_register(struct vaplic *v, uint64_t offset, uint32_t value)
{
    uint64_t source = offset % 0x1000 / 4;
    if (offset >= APLIC_IDC) {
        write_idc(v, offset, value);
        return;
    }
    switch (offset / 0x1000) {
    case APLIC_SOURCECFG / 0x1000:
        if (source == 0) {
            write_domaincfg(v, value);
        } else if (is_source(v, source)) {
            vaplic_write_sourcecfg(v, (uint32_t)source, value);
        }
        return;
    case APLIC_SETIP / 0x1000: write_block(v, offset, value); return;
    case APLIC_SETIPNUM_LE / 0x1000:
        if (offset == APLIC_SETIPNUM_LE) {
            write_number(v, value, BLOCK_SETIP);
        } else if (offset == APLIC_SETIPNUM_BE) {
            write_number(v, swap_bytes(value), BLOCK_SETIP);
        }
        return;
    default:
        if (source == 0) {
            write_genmsi(v, value);
        } else if (is_source(v, source)) {
            vaplic_write_target(v, (uint32_t)source, value);
        }
    }
}

/* What is not one register: QEMU's bus makes two accesses of 8 bytes at 4 mod 8, and refuses all
 * else. */
static bool is_pair(uint64_t offset, unsigned size)
{
    return size == 8 && offset % 8 == 4 && offset <= APLIC_SIZE - 8;
}

static inline bool is_register(uint64_t offset, unsigned size)
{
    return size == 4 && offset % 4 == 0 && offset < APLIC_SIZE;
}

static NOINLINE enum vdev_result read_pair(struct vaplic *v, uint64_t offset, unsigned size,
                                           uint64_t *value)
{
    if (!is_pair(offset, size)) {
        return VDEV_FAULT;
    }
    uint64_t high;
    uint64_t low;
    enum vdev_result first = read_register(v, offset, &low);
    if (first == VDEV_AGAIN) {
        return first;
    }
    /* topi can be a high one, claimi never: what is repeated then has claimed nothing. */
    enum vdev_result second = read_register(v, offset + 4, &high);
    *value = low | high << 32;
    return second == VDEV_OK ? first : second;
}

static enum vdev_result more(void *state)
{
    return vaplic_run_deferred(state, DEFERRED_PER_CALL) ? VDEV_OK : VDEV_MORE;
}

static NOINLINE enum vdev_result write_pair(struct vaplic *v, uint64_t offset, unsigned size,
                                            uint64_t value)
{
    if (!is_pair(offset, size)) {
        return VDEV_FAULT;
    }
    write_register(v, offset, (uint32_t)value);
    write_register(v, offset + 4, (uint32_t)(value >> 32));
    return more(v);
}

/* Ends in a call wherever it can, as that needs no stack. */
static enum vdev_result read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    return is_register(offset, size) ? read_register(state, offset, value)
                                     : read_pair(state, offset, size, value);
}

static enum vdev_result write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    if (!is_register(offset, size)) {
        return write_pair(state, offset, size, value);
    }
    struct vaplic *v = state;
    write_register(v, offset, (uint32_t)value);
    return v->deferred_words == 0 ? VDEV_OK : more(v);
}

const struct vdev_ops vaplic_vdev_ops = {.read = read, .write = write, .more = more};

/* ---- Set-up ---------------------------------------------------------------------------------- */

/* pending … late, and the priorities' bits. */
#define BITMAPS (7u + 8u)

static uint64_t words_of(uint32_t source_count)
{
    return (source_count + 63) / 64;
}

HYP_COLD uint64_t vaplic_storage_size(uint32_t source_count, uint32_t idc_count)
{
    uint64_t words = words_of(source_count);
    return sizeof(struct vaplic_source) * source_count + sizeof(struct vaplic_idc) * idc_count +
           sizeof(uint64_t) * words * (BITMAPS + idc_count) +
           align_up(sizeof(uint32_t) * words * idc_count, sizeof(uint64_t));
}

HYP_COLD static bool config_is_valid(const struct vaplic_config *c)
{
    if (c->source_count < 2 || c->source_count > APLIC_SOURCE_MAX || c->idc_count < 1 ||
        c->idc_count > HYP_HART_MAX || c->iprio_bits < 1 || c->iprio_bits > 8 || c->delivery < 1 ||
        c->delivery > (VAPLIC_DIRECT | VAPLIC_MSI)) {
        return false;
    }
    for (uint32_t vcpu = 0; c->hart != 0 && vcpu < c->idc_count; vcpu++) {
        if (c->hart[vcpu] >= HYP_HART_MAX) {
            return false;
        }
    }
    return true;
}

/* The state after reset, with nobody told of it. */
HYP_COLD static void clear(struct vaplic *v)
{
    v->ie = false;
    v->msi = v->config.delivery == VAPLIC_MSI;
    v->genmsi = 0;
    uint32_t target = vaplic_legal_target(v, 0);
    for (uint32_t w = 0; w < v->word_count; w++) {
        v->pending[w] = 0;
        v->enabled[w] = 0;
        v->rectified[w] = 0;
        v->active[w] = 0;
        v->level_sensitive[w] = 0;
        v->deferred[w] = 0;
        for (uint32_t k = 0; k < 8; k++) {
            v->iprio[k * v->word_count + w] = (target >> k & 1) != 0 ? UINT64_MAX : 0;
        }
    }
    v->deferred_words = 0;
    for (uint32_t source = 1; source < v->config.source_count; source++) {
        struct vaplic_source *s = &v->sources[source];
        *s = (struct vaplic_source){.target = target, .wire = s->wire, .owned = s->owned};
    }
    for (uint32_t i = 0; i < v->config.idc_count; i++) {
        struct vaplic_idc *idc = &v->idcs[i];
        *idc = (struct vaplic_idc){.requests = idc->requests,
                                   .best = idc->best,
                                   .threshold_key = VAPLIC_NONE,
                                   .vcpu = (uint8_t)i,
                                   .external = idc->external};
    }
    vaplic_remove_requests(v);
}

HYP_COLD enum hyp_status vaplic_init(struct vaplic *v, const struct vaplic_config *config,
                                     void *storage)
{
    if (!config_is_valid(config)) {
        return HYP_E_PARAM;
    }
    uint64_t words = words_of(config->source_count);
    *v = (struct vaplic){
        .config = *config,
        .sources = storage,
        .word_count = (uint32_t)words,
    };
    v->idcs = (struct vaplic_idc *)(v->sources + config->source_count);
    v->pending = (uint64_t *)(v->idcs + config->idc_count);
    v->enabled = v->pending + words;
    v->rectified = v->enabled + words;
    v->owned = v->rectified + words;
    v->active = v->owned + words;
    v->level_sensitive = v->active + words;
    v->deferred = v->level_sensitive + words;
    v->iprio = v->deferred + words;
    uint64_t *ready = v->pending + BITMAPS * words;
    uint32_t *best = (uint32_t *)(ready + words * config->idc_count);
    for (uint32_t i = 0; i < config->idc_count; i++) {
        v->idcs[i].requests = ready + words * i;
        v->idcs[i].best = best + words * i;
    }
    clear(v);
    return HYP_OK;
}
