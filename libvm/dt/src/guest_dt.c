/* SPDX-License-Identifier: Apache-2.0 */
/* Applies the fixups of a guest's device tree in place. */
#include <hyp/vm/guest_dt.h>

#include <hyp/arch/dtree.h>
#include <hyp/base/bits.h>
#include <string.h>

#define FDT_NOP 4

/* A property is 3 cells and its value: FDT_PROP, the value's length, the name. */
#define PROP_LENGTH 4
#define PROP_VALUE 12

struct value {
    const void *bytes; /* NULL: there is none. */
    size_t length;
};

struct fixer {
    uint8_t *fdt;
    const struct hyp_dtb *dtb;
    const struct guest_dt_params *params;
    uint8_t number[8];   /* The value that is being set, if it is a number. */
    struct value isa[2]; /* ISA strings in the first cpu node, by enum guest_isa_form. */
    bool has_initrd;     /* The tree has initrd properties. */
    uint8_t intc;        /* phandle of the first vCPU's own interrupt controller; 0: none yet. */
};

/* ---- Cells ----------------------------------------------------------------------------------- */

static void put_cell(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)(value >> 24);
    to[1] = (uint8_t)(value >> 16);
    to[2] = (uint8_t)(value >> 8);
    to[3] = (uint8_t)value;
}

static void put_nops(uint8_t *from, const uint8_t *end)
{
    static const uint8_t nop[4] = {0, 0, 0, FDT_NOP};
    for (; from < end; from += 4) {
        /* One store a word: the node of an absent vCPU has many words. */
        __builtin_memcpy(__builtin_assume_aligned(from, 4), nop, 4);
    }
}

/* ---- One node or property -------------------------------------------------------------------- */

static uint8_t *token_of(uint8_t *fdt, const struct hyp_dtb_fixup *fixup)
{
    return fdt + (size_t)fixup->offset * 4;
}

static void remove_tokens(uint8_t *fdt, const struct hyp_dtb_fixup *fixup)
{
    uint8_t *token = token_of(fdt, fixup);
    put_nops(token, token + (size_t)fixup->size * 4);
}

/* Fills the last word of the value with NULs, and what follows it with NOPs. */
static void set_length(uint8_t *property, size_t length, const uint8_t *end)
{
    uint8_t *value = property + PROP_VALUE;
    put_cell(property + PROP_LENGTH, (uint32_t)length);
    for (; length % 4 != 0; length++) {
        value[length] = 0;
    }
    put_nops(value + length, end);
}

/* ---- Values ---------------------------------------------------------------------------------- */

static struct value cell_value(struct fixer *fixer, uint32_t number)
{
    put_cell(fixer->number, number);
    return (struct value){fixer->number, 4};
}

/* Size 0: there is no such extension. */
static struct value block_value(struct fixer *fixer, uint32_t size)
{
    return size != 0 ? cell_value(fixer, size) : (struct value){NULL, 0};
}

static struct value initrd_value(struct fixer *fixer, uint64_t gpa)
{
    fixer->has_initrd = true;
    put_cell(fixer->number, (uint32_t)(gpa >> 32));
    put_cell(fixer->number + 4, (uint32_t)gpa);
    return fixer->params->initrd_end != 0 ? (struct value){fixer->number, 8}
                                          : (struct value){NULL, 0};
}

/* The first cpu node gets the text itself, all others a copy. */
static struct value isa_value(struct fixer *fixer, uint8_t *room, enum guest_isa_form form)
{
    struct value *value = &fixer->isa[form];
    uint64_t isa = fixer->params->isa;
    if (value->bytes == NULL) {
        isa &= fixer->dtb->imsics ? UINT64_MAX : ~BIT(GUEST_ISA_SSAIA);
        *value = (struct value){room, guest_isa_write(isa, form, (char *)room)};
    }
    return *value;
}

static struct value value_of(struct fixer *fixer, enum hyp_dtb_field field, uint8_t *built)
{
    static const char mmu[][11] = {"riscv,sv39", "riscv,sv48", "riscv,sv57"};
    const struct guest_dt_params *params = fixer->params;
    const struct guest_seed *seed = params->seed;
    const char *args = params->bootargs != NULL ? params->bootargs : (const char *)built;
    switch (field) {
    case HYP_DTB_BOOTARGS: return (struct value){args, strlen(args) + 1};
    case HYP_DTB_INITRD_START: return initrd_value(fixer, params->initrd_start);
    case HYP_DTB_INITRD_END: return initrd_value(fixer, params->initrd_end);
    case HYP_DTB_RNG_SEED:
        return seed != NULL ? (struct value){seed->rng, seed->rng_size} : (struct value){NULL, 0};
    case HYP_DTB_KASLR_SEED:
        return seed != NULL ? (struct value){seed->kaslr, sizeof(seed->kaslr)}
                            : (struct value){NULL, 0};
    case HYP_DTB_TIMEBASE: return cell_value(fixer, params->timebase_hz);
    case HYP_DTB_CBOM_BLOCK: return block_value(fixer, params->cbom_block);
    case HYP_DTB_CBOP_BLOCK: return block_value(fixer, params->cbop_block);
    case HYP_DTB_CBOZ_BLOCK: return block_value(fixer, params->cboz_block);
    case HYP_DTB_ISA_STRING: return isa_value(fixer, built, GUEST_ISA_STRING);
    case HYP_DTB_ISA_NAMES: return isa_value(fixer, built, GUEST_ISA_NAMES);
    case HYP_DTB_MMU: return (struct value){mmu[params->mmu], sizeof(mmu[0])};
    case HYP_DTB_IMSIC_IDS:
        return params->imsic_ids != 0 ? cell_value(fixer, params->imsic_ids)
                                      : (struct value){built, 4};
    }
    return (struct value){NULL, 0};
}

static enum hyp_status set_value(struct fixer *fixer, const struct hyp_dtb_fixup *fixup)
{
    uint8_t *property = token_of(fixer->fdt, fixup);
    const uint8_t *end = property + (size_t)fixup->size * 4;
    uint8_t *built = property + PROP_VALUE;
    struct value value = value_of(fixer, (enum hyp_dtb_field)fixup->field, built);
    if (value.bytes == NULL) {
        remove_tokens(fixer->fdt, fixup);
        return HYP_OK;
    }
    if (value.length > dtree_cell(property + PROP_LENGTH)) {
        return HYP_E_RANGE;
    }
    if (value.bytes != built) {
        memcpy(built, value.bytes, value.length);
    }
    set_length(property, value.length, end);
    return HYP_OK;
}

/*
 * The value is a list of (phandle, interrupt), the phandles below 256. Contexts are numbered by
 * their position in it, so only the last ones can be left out.
 */
static void set_contexts(struct fixer *fixer, const struct hyp_dtb_fixup *fixup)
{
    const struct guest_dt_params *params = fixer->params;
    uint8_t *property = token_of(fixer->fdt, fixup);
    const uint8_t *end = property + (size_t)fixup->size * 4;
    uint8_t *list = property + PROP_VALUE;
    size_t length = dtree_cell(property + PROP_LENGTH);
    size_t kept = 0;
    for (size_t i = 0; i < length;) {
        uint8_t *phandle = &list[i + 3];
        i += 8;
        if ((params->vcpu_present & ~params->no_context & BIT(*phandle - HYP_DTB_INTC)) != 0) {
            kept = i;
        } else {
            *phandle = fixer->intc;
            put_cell(phandle + 1, UINT32_MAX);
        }
    }
    set_length(property, kept, end);
}

/* ---- All of them ----------------------------------------------------------------------------- */

static bool is_absent(struct fixer *fixer, const struct hyp_dtb_fixup *fixup)
{
    if (fixup->kind == HYP_DTB_DEVICE) {
        return (fixer->params->device_absent & BIT(fixup->field)) != 0;
    }
    bool absent = (fixer->params->vcpu_present & BIT(fixup->field)) == 0;
    if (!absent && fixer->intc == 0) {
        fixer->intc = (uint8_t)(HYP_DTB_INTC + fixup->field);
    }
    return absent;
}

/* Fixups inside a node that was removed are skipped. */
static enum hyp_status apply_all(struct fixer *fixer)
{
    const struct hyp_dtb_fixup *fixup = fixer->dtb->fixups;
    const struct hyp_dtb_fixup *end = fixup + fixer->dtb->fixup_count;
    uint32_t removed_end = 0;
    for (; fixup != end; fixup++) {
        if (fixup->offset < removed_end) {
            continue;
        }
        switch ((enum hyp_dtb_fixup_kind)fixup->kind) {
        case HYP_DTB_STAMP: break;
        case HYP_DTB_VCPU:
        case HYP_DTB_DEVICE:
            if (is_absent(fixer, fixup)) {
                remove_tokens(fixer->fdt, fixup);
                removed_end = (uint32_t)fixup->offset + fixup->size;
            }
            break;
        case HYP_DTB_CONTEXTS: set_contexts(fixer, fixup); break;
        case HYP_DTB_VALUE: HYP_TRY(set_value(fixer, fixup)); break;
        }
    }
    return HYP_OK;
}

static bool stamp_matches(const struct fixer *fixer)
{
    const struct hyp_dtb *dtb = fixer->dtb;
    return dtb->fixup_count != 0 && dtb->fixups[0].kind == HYP_DTB_STAMP &&
           (size_t)dtb->fixups[0].offset * 4 + PROP_VALUE + 4 <= dtb->size &&
           dtree_cell(token_of(fixer->fdt, &dtb->fixups[0]) + PROP_VALUE) == dtb->stamp;
}

enum hyp_status guest_dt_apply(void *fdt, const struct hyp_dtb *dtb,
                               const struct guest_dt_params *params)
{
    struct fixer fixer = {.fdt = fdt, .dtb = dtb, .params = params};
    if (!stamp_matches(&fixer)) {
        return HYP_E_FORMAT;
    }
    if (params->initrd_end != 0 && params->initrd_end < params->initrd_start) {
        return HYP_E_RANGE;
    }
    HYP_TRY(apply_all(&fixer));
    if (params->initrd_end != 0 && !fixer.has_initrd) {
        return HYP_E_ABSENT;
    }
    return fixer.intc != 0 && params->timebase_hz != 0 ? HYP_OK : HYP_E_PARAM;
}

static bool is_seed(const struct hyp_dtb_fixup *fixup)
{
    return fixup->kind == HYP_DTB_VALUE &&
           (fixup->field == HYP_DTB_RNG_SEED || fixup->field == HYP_DTB_KASLR_SEED);
}

void guest_dt_erase_seeds(void *fdt, const struct hyp_dtb *dtb)
{
    uint32_t left = 2;
    for (uint32_t i = 0; i < dtb->fixup_count && left != 0; i++) {
        if (is_seed(&dtb->fixups[i])) {
            remove_tokens(fdt, &dtb->fixups[i]);
            left--;
        }
    }
}
