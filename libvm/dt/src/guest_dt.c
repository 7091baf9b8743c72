/* SPDX-License-Identifier: Apache-2.0 */
/* Narrowing of a guest's device tree in place, at the places that the build found. */
#include <hyp/vm/guest_dt.h>

#include <hyp/base/bits.h>
#include <string.h>

#define FDT_NOP 4

/* A property is 3 cells and its value: FDT_PROP, the value's length, the name. */
#define PROP_HEAD 12

/* ---- One property ---------------------------------------------------------------------------- */

static uint8_t *at(uint8_t *fdt, size_t place)
{
    return fdt + place * 4;
}

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
        /* One store a word, as absent vCPUs are many of them. */
        __builtin_memcpy(__builtin_assume_aligned(from, 4), nop, 4);
    }
}

/* None is as long as 64 KiB: the two low bytes are all. */
static size_t length_of(const uint8_t *value)
{
    return (size_t)value[-6] << 8 | value[-5];
}

/* The value, which is in its place, ends at `length`: NULs to the next word, NOPs behind it. */
static void end_value(uint8_t *value, size_t length)
{
    const uint8_t *end = value + length_of(value);
    put_cell(value - 8, (uint32_t)length);
    for (; length % 4 != 0; length++) {
        value[length] = 0;
    }
    put_nops(value + length, end);
}

static void remove_property(uint8_t *value)
{
    put_nops(value - PROP_HEAD, value + length_of(value));
}

/* ---- vCPUs ----------------------------------------------------------------------------------- */

static void put_block(uint8_t *value, uint32_t size)
{
    put_cell(value, size);
    if (size == 0) {
        remove_property(value);
    }
}

static void put_isa(uint8_t *value, uint64_t isa, enum guest_isa_form form)
{
    end_value(value, guest_isa_write(isa, form, (char *)value));
}

/* The first cpu's node, whether it stays or not. */
static void narrow_cpu(uint8_t *fdt, const struct hyp_dtb_places *p, const struct guest_dt_facts *f)
{
    static const char modes[] = "394857";
    /* The tree of a VM without IMSICs has no room for it. */
    uint64_t isa = p->imsic_ids != 0 ? f->isa : f->isa & ~BIT(GUEST_ISA_SSAIA);
    memcpy(at(fdt, p->mmu) + sizeof("riscv,sv") - 1, &modes[2 * (size_t)f->mmu], 2);
    put_isa(at(fdt, p->isa), isa, GUEST_ISA_STRING);
    put_isa(at(fdt, p->isa_names), isa, GUEST_ISA_NAMES);
    put_block(at(fdt, p->cbom), f->cbom_block);
    put_block(at(fdt, p->cbop), f->cbop_block);
    put_block(at(fdt, p->cboz), f->cboz_block);
}

static bool is_present(const struct guest_dt_facts *f, size_t vcpu)
{
    return (f->vcpu_present & BIT(vcpu)) != 0;
}

/*
 * Returns the phandle of one that is there, or 0. Begins with the last, as the first, of which the
 * others are copies, may have to go.
 */
static size_t narrow_cpus(uint8_t *fdt, const struct hyp_dtb_places *p,
                          const struct guest_dt_facts *f)
{
    size_t there = 0;
    narrow_cpu(fdt, p, f);
    for (size_t n = p->cpu_count; n-- > 0;) {
        uint8_t *own = at(fdt, n * p->cpu_size);
        if (!is_present(f, n)) {
            put_nops(at(own, p->cpu), at(own, p->cpu + p->cpu_size));
            continue;
        }
        there = n + HYP_DTB_INTC;
        if (n != 0) {
            memcpy(at(own, p->cpu_same), at(fdt, p->cpu_same), p->cpu_same_size);
        }
    }
    return there;
}

/*
 * A list of (phandle, interrupt), the phandles below 256. Contexts are numbered by their place in
 * it: only at its end one can be left out.
 */
static void narrow_contexts(uint8_t *list, const struct guest_dt_facts *f, uint8_t there)
{
    size_t length = length_of(list);
    size_t kept = 0;
    for (size_t i = 0; i < length;) {
        uint8_t *phandle = &list[i + 3];
        i += 8;
        if ((f->vcpu_present & ~f->no_context & BIT(*phandle - HYP_DTB_INTC)) != 0) {
            kept = i;
        } else {
            *phandle = there;
            put_cell(phandle + 1, UINT32_MAX);
        }
    }
    end_value(list, kept);
}

/* ---- Devices --------------------------------------------------------------------------------- */

static void narrow_devices(uint8_t *fdt, const struct hyp_dtb_places *p, uint64_t absent)
{
    for (size_t i = 0; i < p->device_count; i++) {
        if ((absent & BIT(i)) == 0) {
            continue;
        }
        put_nops(at(fdt, p->device[i]), at(fdt, p->device[i + 1]));
        if (i == p->stdout_device) {
            remove_property(at(fdt, p->stdout));
        }
    }
}

/* ---- /chosen --------------------------------------------------------------------------------- */

static enum hyp_status narrow_initrd(uint8_t *start, uint64_t gpa)
{
    uint8_t *end = start + 8 + PROP_HEAD;
    if (gpa == 0) {
        put_nops(start - PROP_HEAD, end + 8);
        return HYP_OK;
    }
    put_cell(end, (uint32_t)(gpa >> 32));
    put_cell(end + 4, (uint32_t)gpa);
    return memcmp(start, end, 8) > 0 ? HYP_E_RANGE : HYP_OK;
}

static void narrow_seeds(uint8_t *rng, const struct guest_seed *seed)
{
    uint8_t *kaslr = rng + GUEST_SEED_RNG_SIZE + PROP_HEAD;
    if (seed == NULL) {
        put_nops(rng - PROP_HEAD, kaslr + GUEST_SEED_KASLR_SIZE);
        return;
    }
    memcpy(rng, seed->rng, GUEST_SEED_RNG_SIZE);
    memcpy(kaslr, seed->kaslr, GUEST_SEED_KASLR_SIZE);
    end_value(rng, seed->rng_size);
}

static enum hyp_status narrow_bootargs(uint8_t *value, const char *text)
{
    size_t length = strlen(text != NULL ? text : (const char *)value) + 1;
    if (length > length_of(value)) {
        return HYP_E_RANGE;
    }
    if (text != NULL) {
        memcpy(value, text, length);
    }
    end_value(value, length);
    return HYP_OK;
}

enum hyp_status guest_dt_narrow(void *fdt, const struct hyp_dtb_places *places,
                                const struct guest_dt_facts *facts)
{
    size_t there = narrow_cpus(fdt, places, facts);
    if (there == 0 || facts->timebase_hz == 0) {
        return HYP_E_PARAM;
    }
    put_cell(at(fdt, places->timebase), facts->timebase_hz);
    narrow_devices(fdt, places, facts->device_absent);
    if (places->contexts != 0) {
        narrow_contexts(at(fdt, places->contexts), facts, (uint8_t)there);
    }
    if (places->imsic_ids != 0 && facts->imsic_ids != 0) {
        put_cell(at(fdt, places->imsic_ids), facts->imsic_ids);
    }
    narrow_seeds(at(fdt, places->rng_seed), facts->seed);
    if (places->initrd != 0) {
        HYP_TRY(narrow_initrd(at(fdt, places->initrd), facts->initrd_end));
    } else if (facts->initrd_end != 0) {
        return HYP_E_ABSENT;
    }
    return narrow_bootargs(at(fdt, places->bootargs), facts->bootargs);
}
