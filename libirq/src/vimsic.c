/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt files in software. */
#include <hyp/irq/vimsic.h>

#include <hyp/arch/csr.h>
#include <hyp/base/assert.h>
#include <hyp/base/bits.h>

#include "lowest_bit.h"

#define SISELECT_BITS 0x1ffu
#define EITHRESHOLD_BITS IMSIC_ID_MAX

_Static_assert(VIMSIC_WORDS <= 64, "a word's summary is one bit of a word");

static uint32_t words_of(const struct vimsic *v)
{
    return (v->config.id_max + 1) / 64;
}

/* ---- What is pending and enabled ------------------------------------------------------------- */

/* Of what is ready, the lowest identity: if the threshold hides that, it hides all. */
static uint32_t top_of(const struct vimsic_file *f)
{
    if (f->pending_enabled == 0) {
        return 0;
    }
    uint32_t w = lowest_bit(f->pending_enabled);
    uint32_t identity = w * 64 + lowest_bit(f->eip[w] & f->eie[w]);
    return f->eithreshold == 0 || identity < f->eithreshold ? identity : 0;
}

static bool level_of(const struct vimsic_file *f)
{
    return f->eidelivery != 0 && top_of(f) != 0;
}

static void drive(struct vimsic *v, uint32_t vcpu)
{
    struct vimsic_file *f = &v->files[vcpu];
    bool level = level_of(f);
    if (level != f->external) {
        f->external = level;
        v->config.set_external(v->config.ctx, vcpu, level);
    }
}

/* Word `w` of an array has changed. */
static void summarise(struct vimsic_file *f, uint32_t w)
{
    uint64_t bit = BIT(w);
    f->pending_enabled =
        (f->eip[w] & f->eie[w]) != 0 ? f->pending_enabled | bit : f->pending_enabled & ~bit;
}

void vimsic_send(struct vimsic *v, uint32_t vcpu, uint32_t identity)
{
    if (vcpu >= v->config.file_count || identity == 0 || identity > v->config.id_max) {
        return;
    }
    struct vimsic_file *f = &v->files[vcpu];
    f->eip[identity / 64] |= BIT(identity % 64);
    summarise(f, identity / 64);
    drive(v, vcpu);
}

/* ---- CSRs ------------------------------------------------------------------------------------ */

static uint64_t modified(uint64_t old, const struct vimsic_access *a)
{
    switch (a->op) {
    case VIMSIC_READ: return old;
    case VIMSIC_WRITE: return a->value;
    case VIMSIC_SET: return old | a->value;
    case VIMSIC_CLEAR: return old & ~a->value;
    }
    HYP_PANIC("vimsic_op");
}

static uint64_t modify32(uint32_t *reg, uint32_t mask, const struct vimsic_access *a)
{
    uint64_t old = *reg;
    *reg = (uint32_t)modified(old, a) & mask;
    return old;
}

static void stopei(struct vimsic *v, uint32_t vcpu, enum vimsic_op op, uint64_t *old)
{
    struct vimsic_file *f = &v->files[vcpu];
    uint32_t identity = top_of(f);
    *old = (uint64_t)identity << IMSIC_TOPEI_ID_SHIFT | identity;
    if (op != VIMSIC_READ && identity != 0) {
        f->eip[identity / 64] &= ~BIT(identity % 64);
        summarise(f, identity / 64);
        drive(v, vcpu);
    }
}

/* An even selector of an array, which has a word for each 64 identities. */
static bool array_has(const struct vimsic *v, uint32_t index)
{
    return index % 2 == 0 && index / 2 < words_of(v);
}

/* Reserved selectors of the interrupt file, and the hart's priorities of other interrupts. */
static bool reads_zero(uint32_t select)
{
    bool reserved = select > IMSIC_SELECT_EIDELIVERY && select < IMSIC_SELECT_EIP;
    bool iprio = select >= IMSIC_SELECT_IPRIO && select <= IMSIC_SELECT_IPRIO_LAST;
    return reserved || (iprio && select % 2 == 0);
}

static uint64_t modify_array(struct vimsic_file *f, uint64_t *array, uint32_t w,
                             const struct vimsic_access *a)
{
    uint64_t old = array[w];
    uint64_t nobody = w == 0 ? 1 : 0; /* Identity 0. */
    array[w] = modified(old, a) & ~nobody;
    summarise(f, w);
    return old;
}

static enum vimsic_result sireg(struct vimsic *v, uint32_t vcpu, const struct vimsic_access *a,
                                uint64_t *old)
{
    struct vimsic_file *f = &v->files[vcpu];
    uint32_t select = f->siselect;
    if (select >= IMSIC_SELECT_EIP && select <= IMSIC_SELECT_LAST) {
        bool eie = select >= IMSIC_SELECT_EIE;
        uint32_t index = select - (eie ? IMSIC_SELECT_EIE : IMSIC_SELECT_EIP);
        if (!array_has(v, index)) {
            return VIMSIC_ILLEGAL;
        }
        *old = modify_array(f, eie ? f->eie : f->eip, index / 2, a);
    } else if (select == IMSIC_SELECT_EIDELIVERY) {
        *old = modify32(&f->eidelivery, 1, a);
    } else if (select == IMSIC_SELECT_EITHRESHOLD) {
        *old = modify32(&f->eithreshold, EITHRESHOLD_BITS, a);
    } else if (!reads_zero(select)) {
        return VIMSIC_ILLEGAL;
    } else {
        *old = 0;
    }
    drive(v, vcpu);
    return VIMSIC_OK;
}

enum vimsic_result vimsic_csr(struct vimsic *v, uint32_t vcpu, const struct vimsic_access *access,
                              uint64_t *old)
{
    HYP_REQUIRE(vcpu < v->config.file_count);
    switch (access->csr) {
    case CSR_STOPEI: stopei(v, vcpu, access->op, old); return VIMSIC_OK;
    case CSR_SIREG: return sireg(v, vcpu, access, old);
    case CSR_SISELECT:
        *old = modify32(&v->files[vcpu].siselect, SISELECT_BITS, access);
        return VIMSIC_OK;
    default: return VIMSIC_ILLEGAL;
    }
}

/* ---- The window ------------------------------------------------------------------------------ */

/* Registers that an access names; 0: it is a fault. */
static unsigned register_count(const struct vimsic *v, uint64_t offset, unsigned size)
{
    uint64_t end = (uint64_t)v->config.file_count << IMSIC_PAGE_SHIFT;
    if (offset >= end || size > end - offset) {
        return 0;
    }
    if (size == 4 && offset % 4 == 0) {
        return 1;
    }
    return size == 8 && offset % 8 == 4 ? 2 : 0;
}

static enum vdev_result read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    if (register_count(state, offset, size) == 0) {
        return VDEV_FAULT;
    }
    *value = 0;
    return VDEV_OK;
}

static enum vdev_result write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    unsigned count = register_count(state, offset, size);
    if (count == 0) {
        return VDEV_FAULT;
    }
    for (; count != 0; count--) {
        if (offset % IMSIC_PAGE_SIZE == IMSIC_SETEIPNUM_LE) {
            vimsic_send(state, (uint32_t)(offset >> IMSIC_PAGE_SHIFT), (uint32_t)value);
        }
        offset += 4;
        value >>= 32;
    }
    return VDEV_OK;
}

const struct vdev_ops vimsic_vdev_ops = {.read = read, .write = write};

/* ---- Set-up and invariants ------------------------------------------------------------------- */

HYP_COLD enum hyp_status vimsic_init(struct vimsic *v, const struct vimsic_config *config,
                                     struct vimsic_file *files)
{
    if (config->file_count == 0 || config->file_count > HYP_HART_MAX ||
        config->id_max < IMSIC_ID_MIN_MAX || config->id_max > IMSIC_ID_MAX ||
        config->id_max % 64 != 63) {
        return HYP_E_PARAM;
    }
    *v = (struct vimsic){.config = *config, .files = files};
    for (uint32_t i = 0; i < config->file_count; i++) {
        files[i] = (struct vimsic_file){.pending_enabled = 0};
    }
    return HYP_OK;
}

static bool file_is_valid(const struct vimsic *v, const struct vimsic_file *f)
{
    uint64_t ready = 0;
    uint64_t beyond = 0;
    for (uint32_t w = 0; w < VIMSIC_WORDS; w++) {
        ready |= (f->eip[w] & f->eie[w]) != 0 ? BIT(w) : 0;
        beyond |= w >= words_of(v) ? f->eip[w] | f->eie[w] : 0;
    }
    return ready == f->pending_enabled && beyond == 0 && ((f->eip[0] | f->eie[0]) & 1) == 0 &&
           f->eidelivery <= 1 && f->eithreshold <= EITHRESHOLD_BITS &&
           f->siselect <= SISELECT_BITS && f->external == level_of(f);
}

bool vimsic_is_valid(const struct vimsic *v)
{
    for (uint32_t i = 0; i < v->config.file_count; i++) {
        if (!file_is_valid(v, &v->files[i])) {
            return false;
        }
    }
    return true;
}
