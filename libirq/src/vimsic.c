/* SPDX-License-Identifier: Apache-2.0 */
/* Emulated interrupt files. */
#include <hyp/irq/vimsic.h>

#include <hyp/arch/csr.h>
#include <hyp/base/assert.h>
#include <hyp/base/bits.h>

#include "lowest_bit.h"
#include "reg_window.h"

#define SISELECT_BITS 0x1ffu
#define EITHRESHOLD_BITS IMSIC_ID_MAX

_Static_assert(VIMSIC_WORDS <= 64, "a word's summary is one bit of a word");

/* ---- Pending and enabled identities ---------------------------------------------------------- */

/* The lowest pending and enabled identity. If the threshold masks that one, it masks all. */
static uint32_t top_of(const struct vimsic_file *file)
{
    if (file->pending_enabled == 0) {
        return 0;
    }
    uint32_t w = lowest_bit(file->pending_enabled);
    uint32_t identity = w * 64 + lowest_bit(file->eip[w] & file->eie[w]);
    return file->eithreshold == 0 || identity < file->eithreshold ? identity : 0;
}

static bool level_of(const struct vimsic_file *file)
{
    return file->eidelivery != 0 && top_of(file) != 0;
}

static void update_external(struct vimsic *vimsic, uint32_t vcpu)
{
    struct vimsic_file *file = &vimsic->files[vcpu];
    bool level = level_of(file);
    if (level != file->external) {
        file->external = level;
        vimsic->config.set_external(vimsic->config.ctx, vcpu, level);
    }
}

/* Call after word `w` of eip or eie has changed. */
static void update_summary(struct vimsic_file *file, uint32_t w)
{
    uint64_t bit = BIT(w);
    file->pending_enabled = (file->eip[w] & file->eie[w]) != 0 ? file->pending_enabled | bit
                                                               : file->pending_enabled & ~bit;
}

void vimsic_send(struct vimsic *vimsic, uint32_t vcpu, uint32_t identity)
{
    if (vcpu >= vimsic->config.file_count || identity == 0 || identity > vimsic->config.id_max) {
        return;
    }
    struct vimsic_file *file = &vimsic->files[vcpu];
    file->eip[identity / 64] |= BIT(identity % 64);
    update_summary(file, identity / 64);
    update_external(vimsic, vcpu);
}

/* ---- CSRs ------------------------------------------------------------------------------------ */

static uint64_t modified(uint64_t old, const struct vimsic_access *access)
{
    switch (access->op) {
    case VIMSIC_READ: return old;
    case VIMSIC_WRITE: return access->value;
    case VIMSIC_SET: return old | access->value;
    case VIMSIC_CLEAR: return old & ~access->value;
    }
    HYP_PANIC("vimsic_op");
}

static uint64_t modify32(uint32_t *reg, uint32_t mask, const struct vimsic_access *access)
{
    uint64_t old = *reg;
    *reg = (uint32_t)modified(old, access) & mask;
    return old;
}

static void stopei(struct vimsic *vimsic, uint32_t vcpu, enum vimsic_op op, uint64_t *old)
{
    struct vimsic_file *file = &vimsic->files[vcpu];
    uint32_t identity = top_of(file);
    *old = (uint64_t)identity << IMSIC_TOPEI_ID_SHIFT | identity;
    if (op != VIMSIC_READ && identity != 0) {
        file->eip[identity / 64] &= ~BIT(identity % 64);
        update_summary(file, identity / 64);
        update_external(vimsic, vcpu);
    }
}

/* An array has a word for each 64 identities, at even selectors. */
static bool array_has(const struct vimsic *vimsic, uint32_t index)
{
    return index % 2 == 0 && index / 2 < bitmap_words(vimsic->config.id_max);
}

/* Reserved selectors of the interrupt file, and iprio, the hart's priorities of other interrupts.
 */
static bool reads_zero(uint32_t select)
{
    bool reserved = select > IMSIC_SELECT_EIDELIVERY && select < IMSIC_SELECT_EIP;
    bool iprio = select >= IMSIC_SELECT_IPRIO && select <= IMSIC_SELECT_IPRIO_LAST;
    return reserved || (iprio && select % 2 == 0);
}

static uint64_t modify_array(struct vimsic_file *file, uint64_t *array, uint32_t w,
                             const struct vimsic_access *access)
{
    uint64_t old = array[w];
    uint64_t none = w == 0 ? 1 : 0; /* There is no identity 0. */
    array[w] = modified(old, access) & ~none;
    update_summary(file, w);
    return old;
}

static enum vimsic_result sireg(struct vimsic *vimsic, uint32_t vcpu,
                                const struct vimsic_access *access, uint64_t *old)
{
    struct vimsic_file *file = &vimsic->files[vcpu];
    uint32_t select = file->siselect;
    if (select >= IMSIC_SELECT_EIP && select <= IMSIC_SELECT_LAST) {
        bool eie = select >= IMSIC_SELECT_EIE;
        uint32_t index = select - (eie ? IMSIC_SELECT_EIE : IMSIC_SELECT_EIP);
        if (!array_has(vimsic, index)) {
            return VIMSIC_ILLEGAL;
        }
        *old = modify_array(file, eie ? file->eie : file->eip, index / 2, access);
    } else if (select == IMSIC_SELECT_EIDELIVERY) {
        *old = modify32(&file->eidelivery, 1, access);
    } else if (select == IMSIC_SELECT_EITHRESHOLD) {
        *old = modify32(&file->eithreshold, EITHRESHOLD_BITS, access);
    } else if (!reads_zero(select)) {
        return VIMSIC_ILLEGAL;
    } else {
        *old = 0;
    }
    update_external(vimsic, vcpu);
    return VIMSIC_OK;
}

enum vimsic_result vimsic_csr(struct vimsic *vimsic, uint32_t vcpu,
                              const struct vimsic_access *access, uint64_t *old)
{
    HYP_REQUIRE(vcpu < vimsic->config.file_count);
    switch (access->csr) {
    case CSR_STOPEI: stopei(vimsic, vcpu, access->op, old); return VIMSIC_OK;
    case CSR_SIREG: return sireg(vimsic, vcpu, access, old);
    case CSR_SISELECT:
        *old = modify32(&vimsic->files[vcpu].siselect, SISELECT_BITS, access);
        return VIMSIC_OK;
    default: return VIMSIC_ILLEGAL;
    }
}

/* ---- Register window ------------------------------------------------------------------------- */

static enum vdev_result read_register(void *state, uint64_t offset, uint64_t *value)
{
    (void)state;
    (void)offset;
    *value = 0;
    return VDEV_OK;
}

static void write_register(void *state, uint64_t offset, uint32_t value)
{
    switch (offset % IMSIC_PAGE_SIZE) {
    case IMSIC_SETEIPNUM_LE:
        vimsic_send(state, (uint32_t)(offset >> IMSIC_PAGE_SHIFT), value);
        break;
    default: break;
    }
}

static struct reg_window window_of(const struct vimsic *vimsic)
{
    return (struct reg_window){.size = (uint64_t)vimsic->config.file_count << IMSIC_PAGE_SHIFT,
                               .read = read_register,
                               .write = write_register};
}

static enum vdev_result read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    struct reg_window window = window_of(state);
    return reg_window_read(&window, state, offset, size, value);
}

static enum vdev_result write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    struct reg_window window = window_of(state);
    return reg_window_write(&window, state, offset, size, value);
}

const struct vdev_ops vimsic_vdev_ops = {.read = read, .write = write};

/* ---- Set-up and invariants ------------------------------------------------------------------- */

HYP_COLD enum hyp_status vimsic_init(struct vimsic *vimsic, const struct vimsic_config *config,
                                     struct vimsic_file *files)
{
    if (config->file_count == 0 || config->file_count > HYP_HART_MAX ||
        config->id_max < IMSIC_ID_MIN_MAX || config->id_max > IMSIC_ID_MAX ||
        config->id_max % 64 != 63) {
        return HYP_E_PARAM;
    }
    *vimsic = (struct vimsic){.config = *config, .files = files};
    for (uint32_t i = 0; i < config->file_count; i++) {
        files[i] = (struct vimsic_file){.pending_enabled = 0};
    }
    return HYP_OK;
}

static bool file_is_valid(const struct vimsic *vimsic, const struct vimsic_file *file)
{
    uint64_t ready = 0;
    uint64_t beyond = 0;
    for (uint32_t w = 0; w < VIMSIC_WORDS; w++) {
        ready |= (file->eip[w] & file->eie[w]) != 0 ? BIT(w) : 0;
        beyond |= w >= bitmap_words(vimsic->config.id_max) ? file->eip[w] | file->eie[w] : 0;
    }
    return ready == file->pending_enabled && beyond == 0 &&
           ((file->eip[0] | file->eie[0]) & 1) == 0 && file->eidelivery <= 1 &&
           file->eithreshold <= EITHRESHOLD_BITS && file->siselect <= SISELECT_BITS &&
           file->external == level_of(file);
}

bool vimsic_is_valid(const struct vimsic *vimsic)
{
    for (uint32_t i = 0; i < vimsic->config.file_count; i++) {
        if (!file_is_valid(vimsic, &vimsic->files[i])) {
            return false;
        }
    }
    return true;
}
