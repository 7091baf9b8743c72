/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State that the files of the APLIC model share, and functions on it that have no other effect.
 *
 *   vaplic_fast.c      entry of every access; the short way of claimi
 *   vaplic.c           the register window, the domain's registers, set-up: open this first
 *   vaplic_source.c    registers of sources: sourcecfg, target, setip to clrienum; lines
 *   vaplic_request.c   requests of each hart, claims, MSIs; physical interrupts
 *   vaplic_phys.c      the physical APLIC: mode, target, enable of the sources that the VM owns
 *   vaplic_valid.c     invariants; reads everything, changes nothing
 *
 * A file calls only files below it, and includes only its own header and theirs. A change of a
 * request never updates the physical APLIC itself, so its caller does.
 */
#pragma once

#include <hyp/base/bits.h>
#include <hyp/irq/aplic_regs.h>
#include <hyp/irq/vaplic.h>

#include "lowest_bit.h"
#include "reg_window.h"

/* vaplic.c: the plain model's accesses, as struct vdev_ops has them. */
enum vdev_result vaplic_read(void *state, uint64_t offset, unsigned size, uint64_t *value);
enum vdev_result vaplic_write(void *state, uint64_t offset, unsigned size, uint64_t value);
enum vdev_result vaplic_more(void *state);

/* struct vaplic_idc.top_key: the source is below the priority. */
#define KEY_SHIFT 10
#define KEY_SOURCE ((1u << KEY_SHIFT) - 1)

/* The value of topi and claimi for a key that is not VAPLIC_NONE. */
static inline uint32_t vaplic_topi(uint32_t key)
{
    return (key & KEY_SOURCE) << APLIC_TOPI_ID_SHIFT | key >> KEY_SHIFT;
}

static inline bool vaplic_is_source(const struct vaplic *vaplic, uint64_t source)
{
    return source != 0 && source < vaplic->config.source_count;
}

static inline bool vaplic_is_pending_enabled(const struct vaplic *vaplic, uint32_t source)
{
    return ((vaplic->pending[source / 64] & vaplic->enabled[source / 64]) >> source % 64 & 1) != 0;
}

static inline bool vaplic_rectified_input(const struct vaplic_source *src)
{
    return src->mode >= APLIC_SM_EDGE1 && src->wire != ((src->mode & 1) != 0);
}

/* Sets the source's target, and the bits of its priority in `iprio`. */
static inline void vaplic_assign_target(struct vaplic *vaplic, uint32_t source, uint32_t target)
{
    struct vaplic_source *src = &vaplic->sources[source];
    uint64_t *bits = vaplic->iprio + source / 64;
    uint32_t changed = (src->target ^ target) & APLIC_TARGET_IPRIO;
    uint32_t iprio = vaplic->config.delivery == VAPLIC_MSI ? 0 : changed;
    for (; iprio != 0; iprio >>= 1) {
        *bits ^= (uint64_t)(iprio & 1) << source % 64;
        bits += vaplic->word_count;
    }
    src->target = target;
}

/* The value that target keeps in the present delivery mode. */
static inline uint32_t vaplic_legal_target(const struct vaplic *vaplic, uint32_t value)
{
    uint32_t iprio = value & ((1u << vaplic->config.iprio_bits) - 1);
    return vaplic->msi ? value : (value & ~APLIC_TARGET_IPRIO) | (iprio != 0 ? iprio : 1);
}

static inline bool vaplic_is_level_sensitive(const struct vaplic_source *src)
{
    return src->mode >= APLIC_SM_LEVEL1;
}

/* Defers updates of these sources' requests and physical state to vaplic_run_deferred(). */
static inline void vaplic_defer(struct vaplic *vaplic, uint32_t w, uint64_t sources)
{
    if (sources != 0) {
        vaplic->deferred[w] |= sources;
        vaplic->deferred_words |= 1u << w;
    }
}

/* An owned level-sensitive source in direct mode is disabled physically while it is pending. */
static inline bool vaplic_is_phys_masked(const struct vaplic *vaplic, uint32_t source)
{
    const struct vaplic_source *src = &vaplic->sources[source];
    return src->owned && !vaplic->msi && vaplic_is_level_sensitive(src) &&
           bitmap_has(vaplic->pending, source);
}

/* True if accesses to this source go to the physical APLIC, too. */
static inline bool vaplic_is_phys(const struct vaplic *vaplic, uint32_t source)
{
    return vaplic->sources[source].owned && !vaplic->vm_stopped;
}
