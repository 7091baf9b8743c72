/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State that the files of the APLIC model share, with what reads and changes it without effects.
 *
 *   vaplic.c           the register window, the domain's registers, set-up: open this first
 *   vaplic_source.c    registers of sources: sourcecfg, target, setip to clrienum; lines
 *   vaplic_request.c   requests of each hart, claims, messages; interrupts that the machine raises
 *   vaplic_phys.c   the machine's APLIC: mode, target, enable of the sources that are owned
 *
 * A file calls only those below it, and includes only its own header and theirs. Therefore whoever
 * changes a request of an owned source updates the machine afterwards; no request does so itself.
 * vaplic_valid.c reads everything and changes nothing.
 */
#pragma once

#include <hyp/base/bits.h>
#include <hyp/irq/aplic_regs.h>
#include <hyp/irq/vaplic.h>

/* struct vaplic_idc.top_key: the source is below the priority. */
#define KEY_SHIFT 10
#define KEY_SOURCE ((1u << KEY_SHIFT) - 1)

/* Off the path of a sole interrupt: inlined, it would cost that path its registers. */
#define NOINLINE __attribute__((noinline))

static inline bool vaplic_has(const uint64_t *map, uint32_t source)
{
    return (map[source / 64] >> (source % 64) & 1) != 0;
}

static inline void vaplic_assign(uint64_t *map, uint32_t source, bool value)
{
    map[source / 64] = (map[source / 64] & ~BIT(source % 64)) | (uint64_t)value << (source % 64);
}

static inline bool vaplic_is_pending_enabled(const struct vaplic *v, uint32_t source)
{
    return ((v->pending[source / 64] & v->enabled[source / 64]) >> source % 64 & 1) != 0;
}

/* The sources in `bits` of a 32-bit register, as bits of its word. */
static inline uint64_t vaplic_wide(uint32_t reg, uint32_t bits)
{
    return (uint64_t)bits << reg % 2 * 32;
}

/* A 32-bit register of a bitmap. */
static inline uint32_t vaplic_half(const uint64_t *map, uint32_t reg)
{
    return (uint32_t)(map[reg / 2] >> (reg % 2 * 32));
}

static inline bool vaplic_rectified_input(const struct vaplic_source *s)
{
    return s->mode >= APLIC_SM_EDGE1 && s->wire != ((s->mode & 1) != 0);
}

/* The source's target becomes `target`, and the bits of its priority do. */
static inline void vaplic_assign_target(struct vaplic *v, uint32_t source, uint32_t target)
{
    struct vaplic_source *s = &v->sources[source];
    uint64_t *bits = v->iprio + source / 64;
    uint32_t changed = (s->target ^ target) & APLIC_TARGET_IPRIO;
    uint32_t iprio = v->config.delivery == VAPLIC_MSI ? 0 : changed;
    for (; iprio != 0; iprio >>= 1) {
        *bits ^= (uint64_t)(iprio & 1) << source % 64;
        bits += v->word_count;
    }
    s->target = target;
}

/* What target keeps of a value in the delivery mode that is. */
static inline uint32_t vaplic_legal_target(const struct vaplic *v, uint32_t value)
{
    uint32_t iprio = value & ((1u << v->config.iprio_bits) - 1);
    return v->msi ? value : (value & ~APLIC_TARGET_IPRIO) | (iprio != 0 ? iprio : 1);
}

static inline bool vaplic_is_level_sensitive(const struct vaplic_source *s)
{
    return s->mode >= APLIC_SM_LEVEL1;
}

/* These sources are late from now on. */
static inline void vaplic_defer(struct vaplic *v, uint32_t w, uint64_t sources)
{
    if (sources != 0) {
        v->deferred[w] |= sources;
        v->deferred_words |= 1u << w;
    }
}

/* Hardware, level-sensitive, in direct mode: while it is pending, it is off at the machine. */
static inline bool vaplic_is_phys_masked(const struct vaplic *v, uint32_t source)
{
    const struct vaplic_source *s = &v->sources[source];
    return s->owned && !v->msi && vaplic_is_level_sensitive(s) && vaplic_has(v->pending, source);
}

static inline bool vaplic_is_phys(const struct vaplic *v, uint32_t source)
{
    return v->sources[source].owned && !v->vm_stopped;
}
