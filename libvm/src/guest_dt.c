/* SPDX-License-Identifier: Apache-2.0 */
/* Narrowing of a guest's device tree in place, in one walk. */
#include <hyp/vm/guest_dt.h>

#include <hyp/arch/dtree.h>
#include <string.h>

#define FDT_NOP 4

/* vCPU numbers that a mask can say. */
#define VCPU_MAX 64

/* In a list of contexts: one that leads nowhere. */
#define IRQ_NONE UINT32_MAX

/* Properties that are narrowed, or that say what their node is. */
enum key {
    KEY_BOOTARGS,
    KEY_INITRD_START,
    KEY_INITRD_END,
    KEY_STDOUT,
    KEY_REG,
    KEY_ISA,
    KEY_ISA_NAMES,
    KEY_MMU,
    KEY_CBOM,
    KEY_CBOZ,
    KEY_COMPATIBLE,
    KEY_CONTEXTS,
    KEY_COUNT,
};

static const char key_names[KEY_COUNT][24] = {
    [KEY_BOOTARGS] = "bootargs",
    [KEY_INITRD_START] = "linux,initrd-start",
    [KEY_INITRD_END] = "linux,initrd-end",
    [KEY_STDOUT] = "stdout-path",
    [KEY_REG] = "reg",
    [KEY_ISA] = "riscv,isa",
    [KEY_ISA_NAMES] = "riscv,isa-extensions",
    [KEY_MMU] = "mmu-type",
    [KEY_CBOM] = "riscv,cbom-block-size",
    [KEY_CBOZ] = "riscv,cboz-block-size",
    [KEY_COMPATIBLE] = "compatible",
    [KEY_CONTEXTS] = "interrupts-extended",
};

/* Where a property lies: its value behind its length and its name. */
struct place {
    uint8_t *value; /* NULL: there is none. */
    uint32_t length;
};

/* The node at depth 2 that the walk is in. */
enum section {
    SECTION_OTHER,
    SECTION_CHOSEN,
    SECTION_CPUS,
    SECTION_SOC,
};

struct narrowing {
    uint8_t *fdt;
    const struct guest_dt_facts *facts;
    enum section section;
    struct place of[KEY_COUNT]; /* Of /chosen, or of the cpu or device that the walk is in. */
    uint32_t node_at;           /* Where that node begins. */
    const char *node_name;
    uint32_t intc; /* phandle of that cpu's interrupt controller. */
    bool has_intc;
    bool has_timebase;
    bool has_chosen;
    bool has_plic;
    struct place contexts;    /* The PLIC's. */
    struct place stdout_path; /* Until its device was seen. */
    uint32_t gone[VCPU_MAX];  /* phandles of absent vCPUs' interrupt controllers. */
    uint32_t gone_count;
    uint32_t present; /* phandle of one that is there. */
};

/* ---- One property ---------------------------------------------------------------------------- */

static void put_cell(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

static void put_nops(uint8_t *from, const uint8_t *end)
{
    for (; from < end; from += 4) {
        put_cell(from, FDT_NOP);
    }
}

/* The value, which is in its place, ends at `length`: NULs to the next word, NOPs behind it. */
static void end_value(struct place p, uint32_t length)
{
    uint32_t kept = (uint32_t)align_up(length, 4);
    memset(p.value + length, 0, kept - length);
    put_nops(p.value + kept, p.value + align_up(p.length, 4));
    put_cell(p.value - 8, length);
}

static void remove_property(struct place p)
{
    if (p.value != NULL) {
        put_nops(p.value - 12, p.value + align_up(p.length, 4));
    }
}

static enum hyp_status put_text(struct place p, const char *text, size_t length)
{
    if (length > p.length) {
        return HYP_E_RANGE;
    }
    memmove(p.value, text, length);
    end_value(p, (uint32_t)length);
    return HYP_OK;
}

/* ---- vCPUs ----------------------------------------------------------------------------------- */

static enum hyp_status set_block(struct place p, uint32_t size)
{
    if (size == 0) {
        remove_property(p);
        return HYP_OK;
    }
    if (p.value == NULL || p.length != 4) {
        return HYP_E_FORMAT;
    }
    put_cell(p.value, size);
    return HYP_OK;
}

/* The ISA in one of its two spellings, for which there is room: the tree was made with all. */
static enum hyp_status set_isa(struct place p, uint64_t isa,
                               size_t (*spell)(uint64_t mask, char *text, size_t size))
{
    uint32_t length = p.value != NULL ? (uint32_t)spell(isa, (char *)p.value, p.length) : 0;
    if (length == 0) {
        return HYP_E_FORMAT;
    }
    end_value(p, length);
    return HYP_OK;
}

static enum hyp_status narrow_cpu(const struct narrowing *n)
{
    static const char mmu[][12] = {"riscv,sv39", "riscv,sv48", "riscv,sv57"};
    uint64_t isa = n->facts->isa & GUEST_ISA_ALL;
    HYP_TRY(set_isa(n->of[KEY_ISA], isa, guest_isa_string));
    HYP_TRY(set_isa(n->of[KEY_ISA_NAMES], isa, guest_isa_names));
    if (n->of[KEY_MMU].length < sizeof("riscv,sv39")) {
        return HYP_E_FORMAT;
    }
    HYP_TRY(put_text(n->of[KEY_MMU], mmu[n->facts->mmu], sizeof("riscv,sv39")));
    HYP_TRY(set_block(n->of[KEY_CBOM], n->facts->cbom_block));
    return set_block(n->of[KEY_CBOZ], n->facts->cboz_block);
}

static void remove_node(const struct narrowing *n, const struct dtree_walk *w)
{
    put_nops(n->fdt + n->node_at, n->fdt + w->next);
}

static bool is_present(const struct narrowing *n, uint32_t vcpu)
{
    return vcpu < VCPU_MAX && (n->facts->vcpu_present & BIT(vcpu)) != 0;
}

static enum hyp_status end_cpu(struct narrowing *n, const struct dtree_walk *w)
{
    struct place reg = n->of[KEY_REG];
    if (reg.length != 4) {
        return HYP_E_FORMAT;
    }
    if (is_present(n, dtree_cell(reg.value))) {
        n->present = n->intc;
        return narrow_cpu(n);
    }
    if (n->gone_count == VCPU_MAX) {
        return HYP_E_FORMAT;
    }
    n->gone[n->gone_count++] = n->intc;
    remove_node(n, w);
    return HYP_OK;
}

/* ---- Devices --------------------------------------------------------------------------------- */

static bool is_absent(const struct narrowing *n)
{
    struct place reg = n->of[KEY_REG];
    for (uint32_t i = 0; reg.length >= 8 && i < n->facts->absent_count; i++) {
        if (n->facts->absent_gpas[i] == dtree_cells(reg.value, 2)) {
            return true;
        }
    }
    return false;
}

/* Is the node in /soc what stdout-path leads to? */
static bool is_stdout(const struct narrowing *n)
{
    static const char soc[] = "/soc/";
    struct place path = n->stdout_path;
    size_t prefix = sizeof(soc) - 1;
    return path.length > prefix && memcmp(path.value, soc, prefix) == 0 &&
           dtree_value_is(path.value + prefix, path.length - (uint32_t)prefix, n->node_name);
}

static void end_device(struct narrowing *n, const struct dtree_walk *w)
{
    struct place compatible = n->of[KEY_COMPATIBLE];
    if (is_absent(n)) {
        remove_node(n, w);
        return;
    }
    if (is_stdout(n)) {
        n->stdout_path.value = NULL;
        n->stdout_path.length = 0;
    }
    if (!n->has_plic && dtree_value_has(compatible.value, compatible.length, "riscv,plic0")) {
        n->has_plic = true;
        n->contexts = n->of[KEY_CONTEXTS];
    }
}

static bool is_gone(const struct narrowing *n, uint32_t phandle)
{
    for (uint32_t i = 0; i < n->gone_count; i++) {
        if (n->gone[i] == phandle) {
            return true;
        }
    }
    return false;
}

/* Contexts are numbered by their place in the list: only at its end one can be left out. */
static enum hyp_status narrow_contexts(const struct narrowing *n)
{
    struct place list = n->contexts;
    if (!n->has_plic) {
        return HYP_OK;
    }
    if (list.value == NULL || list.length % 8 != 0) {
        return HYP_E_FORMAT;
    }
    uint32_t kept = 0;
    for (uint32_t at = 0; at < list.length; at += 8) {
        if (is_gone(n, dtree_cell(list.value + at))) {
            put_cell(list.value + at, n->present);
            put_cell(list.value + at + 4, IRQ_NONE);
        } else {
            kept = at + 8;
        }
    }
    end_value(list, kept);
    return HYP_OK;
}

/* ---- /chosen --------------------------------------------------------------------------------- */

static enum hyp_status narrow_initrd(const struct narrowing *n)
{
    struct place start = n->of[KEY_INITRD_START];
    struct place end = n->of[KEY_INITRD_END];
    uint64_t gpa = n->facts->initrd_end;
    if (gpa == 0) {
        remove_property(start);
        remove_property(end);
        return HYP_OK;
    }
    if (start.value == NULL) {
        return HYP_E_ABSENT;
    }
    if (start.length != 8 || end.length != 8) {
        return HYP_E_FORMAT;
    }
    if (dtree_cells(start.value, 2) > gpa) {
        return HYP_E_RANGE;
    }
    put_cell(end.value, (uint32_t)(gpa >> 32));
    put_cell(end.value + 4, (uint32_t)gpa);
    return HYP_OK;
}

static enum hyp_status narrow_bootargs(const struct narrowing *n)
{
    struct place p = n->of[KEY_BOOTARGS];
    if (p.value == NULL || memchr(p.value, '\0', p.length) == NULL) {
        return HYP_E_FORMAT;
    }
    const char *text = n->facts->bootargs != NULL ? n->facts->bootargs : (const char *)p.value;
    return put_text(p, text, strlen(text) + 1);
}

static enum hyp_status end_chosen(struct narrowing *n)
{
    n->has_chosen = true;
    n->stdout_path = n->of[KEY_STDOUT];
    HYP_TRY(narrow_initrd(n));
    return narrow_bootargs(n);
}

/* ---- The walk -------------------------------------------------------------------------------- */

static enum section section_of(const char *name)
{
    return dtree_name_is(name, "chosen") ? SECTION_CHOSEN
           : dtree_name_is(name, "cpus") ? SECTION_CPUS
           : dtree_name_is(name, "soc")  ? SECTION_SOC
                                         : SECTION_OTHER;
}

/* The depth of the nodes in this section whose properties count. */
static uint32_t depth_of(enum section section)
{
    return section == SECTION_CHOSEN ? 2 : 3;
}

static void begin_node(struct narrowing *n, const struct dtree_walk *w)
{
    if (w->depth == 2) {
        n->section = section_of(w->name);
    }
    if (w->depth == depth_of(n->section)) {
        memset(n->of, 0, sizeof(n->of));
        n->node_at = w->at;
        n->node_name = w->name;
        n->intc = 0;
        n->has_intc = false;
    }
}

static enum hyp_status narrow_timebase(struct narrowing *n, const struct dtree_walk *w)
{
    if (w->length != 4) {
        return HYP_E_FORMAT;
    }
    put_cell(n->fdt + w->at + 12, n->facts->timebase_hz);
    n->has_timebase = true;
    return HYP_OK;
}

static enum hyp_status see_property(struct narrowing *n, const struct dtree_walk *w)
{
    if (n->section == SECTION_OTHER) {
        return HYP_OK;
    }
    if (n->section == SECTION_CPUS && w->depth == 2) {
        return dtree_name_is(w->name, "timebase-frequency") ? narrow_timebase(n, w) : HYP_OK;
    }
    if (n->section == SECTION_CPUS && w->depth == 4) {
        if (!n->has_intc && w->length == 4 && dtree_name_is(w->name, "phandle")) {
            n->has_intc = true;
            n->intc = dtree_cell(w->value);
        }
        return HYP_OK;
    }
    for (uint32_t key = 0; w->depth == depth_of(n->section) && key < KEY_COUNT; key++) {
        /* Most names differ in their first letter: no call for those. */
        if (w->name[0] == key_names[key][0] && dtree_name_is(w->name, key_names[key])) {
            n->of[key] = (struct place){.value = n->fdt + w->at + 12, .length = w->length};
            break;
        }
    }
    return HYP_OK;
}

static enum hyp_status end_node(struct narrowing *n, const struct dtree_walk *w)
{
    if (w->depth != depth_of(n->section)) {
        return HYP_OK;
    }
    switch (n->section) {
    case SECTION_CHOSEN: return end_chosen(n);
    case SECTION_CPUS: return end_cpu(n, w);
    case SECTION_SOC: end_device(n, w); break;
    case SECTION_OTHER: break;
    }
    return HYP_OK;
}

static enum hyp_status walk(struct narrowing *n, const struct dtree *t)
{
    struct dtree_walk w = dtree_walk(t);
    for (;;) {
        switch (dtree_next(&w)) {
        case DTREE_NODE: begin_node(n, &w); break;
        case DTREE_PROPERTY: HYP_TRY(see_property(n, &w)); break;
        case DTREE_NODE_END: HYP_TRY(end_node(n, &w)); break;
        case DTREE_END: return HYP_OK;
        case DTREE_BAD: return HYP_E_FORMAT;
        }
    }
}

enum hyp_status guest_dt_narrow(void *fdt, size_t size, const struct guest_dt_facts *facts)
{
    struct narrowing n = {.fdt = fdt, .facts = facts};
    struct dtree t;
    if (facts->vcpu_present == 0 || facts->timebase_hz == 0) {
        return HYP_E_PARAM;
    }
    HYP_TRY(dtree_open(&t, fdt, size));
    HYP_TRY(walk(&n, &t));
    if (!n.has_chosen || !n.has_timebase) {
        return HYP_E_FORMAT;
    }
    if (n.present == 0) {
        return HYP_E_PARAM;
    }
    remove_property(n.stdout_path); /* Its device is not there. */
    return narrow_contexts(&n);
}
