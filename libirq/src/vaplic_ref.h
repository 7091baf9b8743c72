/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An interrupt domain as plain arrays and loops, straight from the specification (and QEMU where
 * vaplic.h says so): slow, without a summary; what the model is compared with. Another one is the
 * machine's domain below the model.
 */
#pragma once

#include <hyp/irq/aplic_regs.h>
#include <hyp/irq/vaplic.h>
#include <prop.h>

#define REF_SOURCES 192
#define REF_HARTS 3

struct ref {
    uint32_t source_count, idc_count, iprio_bits, delivery;
    bool ie, msi;
    uint32_t genmsi;
    uint32_t mode[REF_SOURCES], target[REF_SOURCES];
    bool pending[REF_SOURCES], enabled[REF_SOURCES], wire[REF_SOURCES];
    bool owned[REF_SOURCES]; /* Follows the specification even where vaplic.h prefers QEMU. */
    uint32_t idelivery[REF_HARTS], iforce[REF_HARTS], ithreshold[REF_HARTS];
    uint64_t sent; /* A sum over the MSIs, whatever their order. */
};

static inline uint64_t ref_message(uint32_t hart_index, uint32_t guest_index, uint32_t eiid)
{
    uint64_t x = ((uint64_t)hart_index << 32 | guest_index << 16 | eiid) + 1;
    return (x * UINT64_C(0x9e3779b97f4a7c15)) ^ (x << 7);
}

static inline bool ref_input(const struct ref *r, uint32_t s)
{
    switch (r->mode[s]) {
    case APLIC_SM_EDGE1:
    case APLIC_SM_LEVEL1: return r->wire[s];
    case APLIC_SM_EDGE0:
    case APLIC_SM_LEVEL0: return !r->wire[s];
    default: return false;
    }
}

static inline bool ref_is_level(const struct ref *r, uint32_t s)
{
    return r->mode[s] == APLIC_SM_LEVEL1 || r->mode[s] == APLIC_SM_LEVEL0;
}

static inline void ref_send_all(struct ref *r)
{
    for (uint32_t s = 1; s < r->source_count; s++) {
        uint32_t hart = r->target[s] >> 18;
        uint32_t guest = r->target[s] >> 12 & 0x3f;
        bool somebody = !r->owned[s] || (hart < r->idc_count && guest == 0);
        if (r->msi && r->ie && r->pending[s] && r->enabled[s] && somebody) {
            r->pending[s] = false;
            r->sent += ref_message(hart, guest, r->target[s] & 0x7ff);
        }
    }
}

static inline void ref_wire(struct ref *r, uint32_t s, bool level)
{
    bool before = ref_input(r, s);
    r->wire[s] = level;
    if (!before && ref_input(r, s)) {
        r->pending[s] = true;
    }
    if (before && !ref_input(r, s) && ref_is_level(r, s)) {
        r->pending[s] = false;
    }
    ref_send_all(r);
}

static inline uint32_t ref_top(const struct ref *r, uint32_t i)
{
    uint32_t source = 0;
    uint32_t best = r->ithreshold[i] != 0 ? r->ithreshold[i] : 256;
    for (uint32_t s = 1; s < r->source_count && !r->msi; s++) {
        uint32_t iprio = r->target[s] & 0xff;
        if (r->pending[s] && r->enabled[s] && r->target[s] >> 18 == i && iprio < best) {
            best = iprio;
            source = s;
        }
    }
    return source == 0 ? 0 : source << 16 | best;
}

static inline bool ref_external(const struct ref *r, uint32_t i)
{
    return r->ie && !r->msi && r->idelivery[i] != 0 && (r->iforce[i] != 0 || ref_top(r, i) != 0);
}

static inline uint32_t ref_claim(struct ref *r, uint32_t i)
{
    uint32_t top = ref_top(r, i);
    uint32_t s = top >> 16;
    if (s == 0) {
        r->iforce[i] = 0;
    } else if (!(ref_is_level(r, s) && ref_input(r, s))) {
        r->pending[s] = false;
    }
    return top;
}

static inline uint32_t ref_read_idc(struct ref *r, uint32_t i, uint32_t reg)
{
    switch (reg) {
    case 0x00: return r->idelivery[i];
    case 0x04: return r->iforce[i];
    case 0x08: return r->ithreshold[i];
    case 0x18: return ref_top(r, i);
    case 0x1c: return ref_claim(r, i);
    default: return 0;
    }
}

static inline uint32_t ref_read(struct ref *r, uint64_t offset)
{
    uint32_t bits = 0;
    if (offset == 0) {
        return 0x80000000 | (uint32_t)r->ie << 8 | (uint32_t)r->msi << 2;
    }
    if (offset == 0x3000) {
        return r->genmsi;
    }
    for (uint32_t s = 1; s < r->source_count; s++) {
        uint32_t word = s / 32 * 4;
        if (offset == 4 * s) {
            return r->mode[s];
        }
        if (offset == 0x3000 + 4 * s) {
            return r->target[s];
        }
        bits |= (uint32_t)(offset == 0x1c00 + word && r->pending[s]) << s % 32;
        bits |= (uint32_t)(offset == 0x1d00 + word && ref_input(r, s)) << s % 32;
        bits |= (uint32_t)(offset == 0x1e00 + word && r->enabled[s]) << s % 32;
    }
    for (uint32_t i = 0; i < r->idc_count && (r->delivery & VAPLIC_DIRECT) != 0; i++) {
        if (offset >= 0x4000 + 0x20 * i && offset < 0x4020 + 0x20 * i) {
            return ref_read_idc(r, i, offset % 0x20);
        }
    }
    return bits;
}

static inline uint32_t ref_legal(const struct ref *r, uint32_t value)
{
    uint32_t iprio = value % (1u << r->iprio_bits);
    return r->msi ? value : (value & 0xffffff00) | (iprio == 0 ? 1 : iprio);
}

static inline void ref_set_mode(struct ref *r, uint32_t s, uint32_t value)
{
    r->mode[s] = (value >> 10 & 1) != 0 ? 0 : value & 7;
    r->pending[s] |= ref_input(r, s);
    if (r->mode[s] == 0) {
        r->pending[s] = false;
        r->enabled[s] = false;
    }
    if (r->owned[s] && ref_is_level(r, s)) {
        r->pending[s] = ref_input(r, s);
    }
}

static inline void ref_set_pending(struct ref *r, uint32_t s, bool pending)
{
    if (s == 0 || s >= r->source_count || r->mode[s] == 0) {
        return;
    }
    if (!ref_is_level(r, s) || (r->msi && (!pending || ref_input(r, s)))) {
        r->pending[s] = pending;
    }
}

static inline void ref_set_enabled(struct ref *r, uint32_t s, bool enabled)
{
    if (s != 0 && s < r->source_count && r->mode[s] != 0) {
        r->enabled[s] = enabled;
    }
}

static inline void ref_write_domaincfg(struct ref *r, uint32_t value)
{
    bool msi = r->msi;
    r->ie = (value & 0x100) != 0;
    if (r->delivery == (VAPLIC_DIRECT | VAPLIC_MSI)) {
        r->msi = (value & 4) != 0;
    }
    for (uint32_t s = 1; s < r->source_count && msi != r->msi; s++) {
        r->target[s] = ref_legal(r, r->target[s]);
        r->pending[s] |= !r->msi && ref_is_level(r, s) && ref_input(r, s);
    }
}

static inline void ref_write_idc(struct ref *r, uint64_t offset, uint32_t value)
{
    uint32_t i = (uint32_t)(offset - 0x4000) / 0x20;
    if (i >= r->idc_count || (r->delivery & VAPLIC_DIRECT) == 0) {
        return;
    }
    switch (offset % 0x20) {
    case 0x00: r->idelivery[i] = value & 1; return;
    case 0x04: r->iforce[i] = value & 1; return;
    case 0x08: r->ithreshold[i] = value % (1u << r->iprio_bits); return;
    default: return;
    }
}

static inline void ref_write_block(struct ref *r, uint64_t offset, uint32_t value)
{
    for (uint32_t s = 1; s < r->source_count; s++) {
        uint32_t word = s / 32 * 4;
        bool bit = (value >> s % 32 & 1) != 0;
        if ((offset == 0x1c00 + word && bit) || (offset == 0x1cdc && value == s)) {
            ref_set_pending(r, s, true);
        }
        if ((offset == 0x1d00 + word && bit) || (offset == 0x1ddc && value == s)) {
            ref_set_pending(r, s, false);
        }
        if ((offset == 0x1e00 + word && bit) || (offset == 0x1edc && value == s)) {
            ref_set_enabled(r, s, true);
        }
        if ((offset == 0x1f00 + word && bit) || (offset == 0x1fdc && value == s)) {
            ref_set_enabled(r, s, false);
        }
    }
}

static inline void ref_write(struct ref *r, uint64_t offset, uint32_t value)
{
    uint32_t s = offset % 0x1000 / 4;
    uint32_t swapped = value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
    if (offset == 0) {
        ref_write_domaincfg(r, value);
    } else if (offset < 0x1000 && s < r->source_count) {
        ref_set_mode(r, s, value);
    } else if (offset < 0x2000) {
        ref_write_block(r, offset, value);
    } else if (offset == 0x2000) {
        ref_set_pending(r, value, true);
    } else if (offset == 0x2004) {
        ref_set_pending(r, swapped, true);
    } else if (offset == 0x3000 && r->msi) {
        r->genmsi = value & 0xfffc0fff;
        r->sent += ref_message(value >> 18, 0, value & 0x7ff);
    } else if (offset > 0x3000 && offset < 0x4000 && s < r->source_count) {
        r->target[s] = ref_legal(r, value);
    } else if (offset >= 0x4000) {
        ref_write_idc(r, offset, value);
    }
    ref_send_all(r);
}

/* The state after reset, of the shape that is there; wires and owners stay. */
static inline void ref_reset(struct ref *r)
{
    struct ref old = *r;
    *r = (struct ref){
        .source_count = old.source_count,
        .idc_count = old.idc_count,
        .iprio_bits = old.iprio_bits,
        .delivery = old.delivery,
        .msi = old.delivery == VAPLIC_MSI,
        .sent = old.sent,
    };
    for (uint32_t s = 1; s < r->source_count; s++) {
        r->target[s] = ref_legal(r, 0);
        r->wire[s] = old.wire[s];
        r->owned[s] = old.owned[s];
    }
}

/* ---- The machine's domain, as a struct aplic_phys -------------------------------------------- */

static inline uint32_t physical_set_mode(void *state, uint32_t s, uint32_t sm)
{
    ref_write(state, 4 * s, sm);
    return ref_read(state, 4 * s);
}

static inline void physical_set_target(void *state, uint32_t s, uint32_t hart)
{
    PROP_ASSERT(ref_read(state, 4 * s) != 0); /* The target of an inactive source is read-only. */
    ref_write(state, 0x3000 + 4 * s, hart << 18 | 1);
}

static inline void physical_set_enable(void *state, uint32_t s, bool enable)
{
    ref_write(state, enable ? 0x1edc : 0x1fdc, s);
}

static inline void physical_set_pending(void *state, uint32_t word, uint32_t bits, bool pending)
{
    ref_write(state, (pending ? 0x1c00 : 0x1d00) + 4 * word, bits);
}

static inline uint32_t physical_pending(void *state, uint32_t word)
{
    return ref_read(state, 0x1c00 + 4 * word);
}

static inline uint32_t physical_inputs(void *state, uint32_t word)
{
    return ref_read(state, 0x1d00 + 4 * word);
}

static const struct aplic_phys_ops physical_ops = {
    .set_mode = physical_set_mode,
    .set_target = physical_set_target,
    .set_enable = physical_set_enable,
    .set_pending = physical_set_pending,
    .pending = physical_pending,
    .rectified = physical_inputs,
};
