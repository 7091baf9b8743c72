/* SPDX-License-Identifier: Apache-2.0 */
/* What the APLIC model's registers (vaplic.c) and its core (vaplic_request.c) share. */
#pragma once

#include <hyp/base/bits.h>
#include <hyp/irq/aplic_regs.h>
#include <hyp/irq/vaplic.h>

/* struct vaplic_idc.top: the source is below the priority. */
#define KEY_SHIFT 10
#define KEY_SOURCE ((1u << KEY_SHIFT) - 1)

/* Sources that one call lets follow their registers: each costs up to 500 instructions. */
#define LATE_AT_ONCE 4u
/* The same in a read, which an exit can make twice. */
#define LATE_AT_ONCE_READ 1u

/* Off the path of a sole interrupt: inlined, it would cost that path its registers. */
#define NOINLINE __attribute__((noinline))

/* The registers' effects; `idc` exists, `source` does and is not 0, `reg` is below 32. */
void vaplic_set_domaincfg(struct vaplic *v, uint32_t value);
void vaplic_set_sourcecfg(struct vaplic *v, uint32_t source, uint32_t value);
void vaplic_set_pending(struct vaplic *v, uint32_t source, bool pending);
void vaplic_set_enabled(struct vaplic *v, uint32_t source, bool enabled);
void vaplic_set_target(struct vaplic *v, uint32_t source, uint32_t value);
void vaplic_set_enables(struct vaplic *v, uint32_t reg, uint32_t bits, bool enabled);
void vaplic_set_pendings(struct vaplic *v, uint32_t reg, uint32_t bits, bool pending);
uint32_t vaplic_pending(struct vaplic *v, uint32_t reg);
uint32_t vaplic_inputs(struct vaplic *v, uint32_t reg);
enum vdev_result vaplic_topi(struct vaplic *v, struct vaplic_idc *idc, uint64_t *value);
enum vdev_result vaplic_claimi(struct vaplic *v, struct vaplic_idc *idc, uint64_t *value);

/* Lets the vCPU's external interrupt be what domaincfg and the IDC structure say. */
void vaplic_drive(struct vaplic *v, struct vaplic_idc *idc);
bool vaplic_signals(const struct vaplic *v, const struct vaplic_idc *idc);

/* These sources are late from now on. */
void vaplic_mark_late(struct vaplic *v, uint32_t w, uint64_t sources);

/* Lets up to `count` late sources follow their registers. True: none is left. */
bool vaplic_catch_up(struct vaplic *v, uint32_t count);

/* The source's pending or enable bit, or its target, is another than before. Not if it is late. */
void vaplic_settle(struct vaplic *v, uint32_t source);

/* It is a request of this IDC structure, and no longer so. */
void vaplic_withdraw(struct vaplic *v, uint32_t source, struct vaplic_idc *idc);

/* The machine's enable follows the guest's, its target and, where it sends itself, IE. */
void vaplic_follow(struct vaplic *v, uint32_t source);

/* The best request of an IDC structure in word `w`, or VAPLIC_NONE. */
uint32_t vaplic_best(const struct vaplic *v, const struct vaplic_idc *idc, uint32_t w);

/* The state after reset, with nobody told of it. */
void vaplic_clear(struct vaplic *v);

static inline bool vaplic_has(const uint64_t *map, uint32_t source)
{
    return (map[source / 64] >> (source % 64) & 1) != 0;
}

static inline void vaplic_assign(uint64_t *map, uint32_t source, bool value)
{
    map[source / 64] = (map[source / 64] & ~BIT(source % 64)) | (uint64_t)value << (source % 64);
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

static inline bool vaplic_rectified(const struct vaplic_source *s)
{
    return s->mode >= APLIC_SM_EDGE1 && s->wire != ((s->mode & 1) != 0);
}

/* These bits of the source's target change. */
static inline void vaplic_set_iprio(struct vaplic *v, uint32_t source, uint32_t changed)
{
    uint64_t *bits = v->iprio + source / 64;
    uint32_t iprio = v->config.delivery == VAPLIC_MSI ? 0 : changed & APLIC_TARGET_IPRIO;
    for (; iprio != 0; iprio >>= 1) {
        *bits ^= (uint64_t)(iprio & 1) << source % 64;
        bits += v->word_count;
    }
}

/* What target keeps of a value in the delivery mode that is. */
static inline uint32_t vaplic_legal_target(const struct vaplic *v, uint32_t value)
{
    uint32_t iprio = value & ((1u << v->config.iprio_bits) - 1);
    return v->msi ? value : (value & ~APLIC_TARGET_IPRIO) | (iprio != 0 ? iprio : 1);
}

/* Hardware, level-sensitive, in direct mode: while it is pending, it is off at the machine. */
static inline bool vaplic_is_held(const struct vaplic *v, uint32_t source)
{
    const struct vaplic_source *s = &v->sources[source];
    return s->owned && !v->msi && aplic_sm_is_level(s->mode) && vaplic_has(v->pending, source);
}

static inline bool vaplic_at_machine(const struct vaplic *v, uint32_t source)
{
    return v->sources[source].owned && !v->stopped;
}
