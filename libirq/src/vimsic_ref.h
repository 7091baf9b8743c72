/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An interrupt file as two arrays of booleans and loops, straight from the specification (and QEMU
 * where vimsic.h says so): slow, without a summary; what the model is compared with.
 */
#pragma once

#include <hyp/arch/csr.h>
#include <hyp/irq/vimsic.h>
#include <prop.h>

#include "test_window.h"

#define REF_FILES 3

struct ref_file {
    bool pends[IMSIC_ID_MAX + 1], enabled[IMSIC_ID_MAX + 1];
    uint32_t delivery, threshold, select;
};

struct ref {
    struct ref_file file[REF_FILES];
    uint32_t file_count, id_max;
};

static inline uint32_t ref_top(const struct ref *r, uint32_t file)
{
    const struct ref_file *f = &r->file[file];
    for (uint32_t i = 1; i <= r->id_max; i++) {
        if (f->pends[i] && f->enabled[i] && (f->threshold == 0 || i < f->threshold)) {
            return i;
        }
    }
    return 0;
}

static inline bool ref_level(const struct ref *r, uint32_t file)
{
    return r->file[file].delivery == 1 && ref_top(r, file) != 0;
}

static inline void ref_send(struct ref *r, uint32_t file, uint32_t identity)
{
    if (file < r->file_count && identity >= 1 && identity <= r->id_max) {
        r->file[file].pends[identity] = true;
    }
}

static inline uint64_t ref_apply(enum vimsic_op op, uint64_t old, uint64_t value)
{
    uint64_t set = old | value;
    uint64_t result[] = {old, value, set, set ^ value};
    return result[op];
}

/* Identities 64 * k … 64 * k + 63, where they are; false: the array has no such word. */
static inline bool ref_word(const struct ref *r, bool *array, uint32_t index,
                            const struct vimsic_access *a, uint64_t *old)
{
    if ((index & 1) != 0 || index * 32 > r->id_max) {
        return false;
    }
    *old = 0;
    for (uint32_t b = 0; b < 64; b++) {
        *old |= (uint64_t)array[index * 32 + b] << b;
    }
    uint64_t now = ref_apply(a->op, *old, a->value);
    for (uint32_t b = 0; b < 64; b++) {
        array[index * 32 + b] = (now >> b & 1) != 0 && index * 32 + b != 0;
    }
    return true;
}

static inline bool ref_sireg(struct ref *r, struct ref_file *f, const struct vimsic_access *a,
                             uint64_t *old)
{
    switch (f->select) {
    case 0x70:
        *old = f->delivery;
        f->delivery = (uint32_t)ref_apply(a->op, *old, a->value) % 2;
        return true;
    case 0x72:
        *old = f->threshold;
        f->threshold = (uint32_t)ref_apply(a->op, *old, a->value) % 2048;
        return true;
    default: break;
    }
    if (f->select >= 0xc0 && f->select <= 0xff) {
        return ref_word(r, f->enabled, f->select - 0xc0, a, old);
    }
    if (f->select >= 0x80 && f->select <= 0xbf) {
        return ref_word(r, f->pends, f->select - 0x80, a, old);
    }
    bool reserved = f->select >= 0x70 && f->select <= 0x7f;
    bool iprio = f->select >= 0x30 && f->select <= 0x3f && f->select % 2 == 0;
    if (reserved || iprio) {
        *old = 0;
        return true;
    }
    return false;
}

/* False: illegal. */
static inline bool ref_csr(struct ref *r, uint32_t file, const struct vimsic_access *a,
                           uint64_t *old)
{
    struct ref_file *f = &r->file[file];
    if (a->csr == CSR_SISELECT) {
        *old = f->select;
        f->select = (uint32_t)ref_apply(a->op, *old, a->value) % 512;
        return true;
    }
    if (a->csr == CSR_STOPEI) {
        uint32_t top = ref_top(r, file);
        *old = top * 65537u;
        if (a->op != VIMSIC_READ) {
            f->pends[top] = false;
        }
        return true;
    }
    return a->csr == CSR_SIREG && ref_sireg(r, f, a, old);
}

/* ---- Model and reference in step ------------------------------------------------------------- */

struct both {
    struct vimsic v;
    struct vimsic_file files[REF_FILES];
    struct ref ref;
    bool external[REF_FILES];
};

static inline void both_set_external(void *ctx, uint32_t vcpu, bool level)
{
    struct both *b = ctx;
    PROP_ASSERT(vcpu < b->ref.file_count);
    PROP_ASSERT(b->external[vcpu] != level); /* Changes only. */
    b->external[vcpu] = level;
}

static inline void both_init(struct both *b, uint32_t file_count, uint32_t id_max)
{
    *b = (struct both){.ref = {.file_count = file_count, .id_max = id_max}};
    struct vimsic_config config = {
        .file_count = file_count, .id_max = id_max, .set_external = both_set_external, .ctx = b};
    for (uint32_t i = 0; i < REF_FILES; i++) {
        b->files[i].eip[3] = b->files[i].pending_enabled = 77; /* Whatever the memory held. */
    }
    PROP_ASSERT(vimsic_init(&b->v, &config, b->files) == HYP_OK);
}

static inline void both_csr(struct both *b, uint32_t file, uint32_t csr, enum vimsic_op op,
                            uint64_t value)
{
    struct vimsic_access access = {.csr = csr, .op = op, .value = value};
    uint64_t old = 0x5a5a, want = 0x5a5a;
    bool legal = ref_csr(&b->ref, file, &access, &want);
    PROP_ASSERT((vimsic_csr(&b->v, file, &access, &old) == VIMSIC_OK) == legal);
    PROP_ASSERT(old == want);
}

static inline void both_reg(struct both *b, uint32_t file, uint32_t select, enum vimsic_op op,
                            uint64_t value)
{
    both_csr(b, file, CSR_SISELECT, VIMSIC_WRITE, select);
    both_csr(b, file, CSR_SIREG, op, value);
}

static inline void both_send(struct both *b, uint32_t file, uint32_t identity)
{
    vimsic_send(&b->v, file, identity);
    ref_send(&b->ref, file, identity);
}

static inline uint32_t ref_read_page(struct ref *r, uint64_t offset)
{
    (void)r;
    (void)offset;
    return 0;
}

static inline void ref_write_page(struct ref *r, uint64_t offset, uint32_t value)
{
    if (offset % 4096 == 0) {
        ref_send(r, (uint32_t)offset / 4096, value);
    }
}

static inline struct test_window both_window(struct both *b)
{
    return (struct test_window){&vimsic_vdev_ops, &b->v,         b->ref.file_count * 4096u,
                                &b->ref,          ref_read_page, ref_write_page};
}

static inline void both_check(struct both *b)
{
    PROP_ASSERT(vimsic_is_valid(&b->v));
    for (uint32_t i = 0; i < b->ref.file_count; i++) {
        bool level = ref_level(&b->ref, i);
        PROP_ASSERT(b->external[i] == level);
        both_csr(b, i, CSR_STOPEI, VIMSIC_READ, 0);
    }
}

/* Every selector of every file. */
static inline void both_check_all(struct both *b)
{
    for (uint32_t i = 0; i < b->ref.file_count; i++) {
        for (uint32_t select = 0; select < 512; select++) {
            both_reg(b, i, select, VIMSIC_READ, 0);
        }
    }
}
