/* SPDX-License-Identifier: Apache-2.0 */
/* APLIC, IMSIC and SSWI in one more walk of the machine's device tree. */
#include <hyp/vm/machine_aia.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/dtree.h>

/* APLIC domains that are looked at: machine and supervisor level. */
#define DOMAIN_MAX 2

/* An APLIC's registers: the domain's, and behind them each hart's. */
#define APLIC_IDCS 0x4000
#define APLIC_IDC_SIZE 0x20

enum key {
    KEY_COMPATIBLE,
    KEY_STATUS,
    KEY_REG,
    KEY_PHANDLE,
    KEY_TARGETS,
    KEY_MSI_PARENT,
    KEY_SOURCES,
    KEY_IDS,
    KEY_GUEST_IDS,
    KEY_GUEST_BITS,
    KEY_GROUP_BITS,
    KEY_HART_INDEXES,
    KEY_COUNT,
};

static const char *const key_names[KEY_COUNT] = {
    [KEY_COMPATIBLE] = "compatible",
    [KEY_STATUS] = "status",
    [KEY_REG] = "reg",
    [KEY_PHANDLE] = "phandle",
    [KEY_TARGETS] = "interrupts-extended",
    [KEY_MSI_PARENT] = "msi-parent",
    [KEY_SOURCES] = "riscv,num-sources",
    [KEY_IDS] = "riscv,num-ids",
    [KEY_GUEST_IDS] = "riscv,num-guest-ids",
    [KEY_GUEST_BITS] = "riscv,guest-index-bits",
    [KEY_GROUP_BITS] = "riscv,group-index-bits",
    [KEY_HART_INDEXES] = "riscv,hart-indexes",
};

struct value {
    const uint8_t *bytes; /* NULL: the node has no such property. */
    uint32_t length;
};

/* What a node says of the addresses of those within it. */
struct cells {
    uint32_t address;
    uint32_t size;
};

struct node {
    struct value of[KEY_COUNT];
    struct cells cells; /* Of its own reg. */
};

struct reading {
    struct node aplic[DOMAIN_MAX];
    uint32_t aplic_count;
    struct node imsic; /* The supervisor's. */
    bool has_imsic;
    struct node sswi;
    bool has_sswi;
    struct machine_aia *aia; /* Its regs. */
};

static uint32_t number(const struct node *n, enum key key, uint32_t missing)
{
    return n->of[key].length >= 4 ? dtree_cell(n->of[key].bytes) : missing;
}

/* Its one range; size 0: it has none, or several. */
static struct hyp_mem reg_of(const struct node *n)
{
    struct value reg = n->of[KEY_REG];
    struct cells c = n->cells;
    if (c.address - 1 > 1 || c.size - 1 > 1 || reg.length != 4 * (c.address + c.size)) {
        return (struct hyp_mem){0, 0};
    }
    return (struct hyp_mem){dtree_cells(reg.bytes, c.address),
                            dtree_cells(reg.bytes + (size_t)4 * c.address, c.size)};
}

/* Does it interrupt harts in S-mode? */
static bool is_supervisor(const struct node *n)
{
    struct value list = n->of[KEY_TARGETS];
    for (; list.length >= 8; list.length -= 8, list.bytes += 8) {
        if (dtree_cell(list.bytes + 4) == IRQ_S_EXT) {
            return true;
        }
    }
    return false;
}

static bool is_okay(const struct node *n)
{
    struct value v = n->of[KEY_STATUS];
    return v.bytes == NULL || dtree_value_is(v.bytes, v.length, "okay") ||
           dtree_value_is(v.bytes, v.length, "ok");
}

/* The properties of the node that begins at `w`. */
static struct node read_node(struct dtree_walk w)
{
    struct node n = {.of = {{NULL, 0}}};
    while (dtree_next(&w) == DTREE_PROPERTY) {
        for (uint32_t key = 0; key < KEY_COUNT; key++) {
            if (dtree_name_is(w.name, key_names[key])) {
                n.of[key] = (struct value){.bytes = w.value, .length = w.length};
            }
        }
    }
    return n;
}

enum kind { KIND_OTHER, KIND_APLIC, KIND_IMSIC, KIND_SSWI };

/* Of most nodes no string begins as theirs do. */
static enum kind kind_of(const struct dtree_walk *w)
{
    const uint8_t *end = w->value + w->length;
    for (const uint8_t *at = w->value; at < end; at++) {
        uint32_t left = (uint32_t)(end - at);
        if (*at == 'r') {
            return dtree_value_has(at, left, "riscv,aplic")         ? KIND_APLIC
                   : dtree_value_has(at, left, "riscv,imsics")      ? KIND_IMSIC
                   : dtree_value_has(at, left, "riscv,aclint-sswi") ? KIND_SSWI
                                                                    : KIND_OTHER;
        }
        while (at < end && *at != '\0') {
            at++;
        }
    }
    return KIND_OTHER;
}

/* Whatever its status is: the firmware disables what it keeps to itself. */
static void add_regs(struct machine_aia *aia, const struct node *n, enum kind kind)
{
    struct hyp_mem all = {0, UINT64_MAX};
    bool full = aia->regs_count == MACHINE_AIA_REGS_MAX;
    aia->regs_count -= full ? 1 : 0;
    aia->regs[aia->regs_count++] =
        (struct hyp_regs){kind == KIND_SSWI ? "the hypervisor's SSWI" : "the interrupt controller",
                          full ? all : reg_of(n)};
}

static void add_node(struct reading *r, enum kind kind, const struct dtree_walk *begin,
                     struct cells cells)
{
    struct node n = read_node(*begin);
    n.cells = cells;
    add_regs(r->aia, &n, kind);
    if (!is_okay(&n)) {
        return;
    }
    if (kind == KIND_APLIC && r->aplic_count < DOMAIN_MAX) {
        r->aplic[r->aplic_count++] = n;
    } else if (kind == KIND_IMSIC && is_supervisor(&n)) {
        r->imsic = n;
        r->has_imsic = true;
    } else if (kind == KIND_SSWI) {
        r->sswi = n;
        r->has_sswi = true;
    }
}

/* Controllers lie in the root or in a bus below it. */
#define DEPTH_MAX 3

static void read_cells(struct cells *cells, const struct dtree_walk *w)
{
    if (w->length == 4 && dtree_name_is(w->name, "#address-cells")) {
        cells->address = dtree_cell(w->value);
    } else if (w->length == 4 && dtree_name_is(w->name, "#size-cells")) {
        cells->size = dtree_cell(w->value);
    }
}

/* Nearly all nodes are others: of these, no more than compatible and cells are looked at. */
static enum hyp_status read_nodes(struct reading *r, const struct dtree *t)
{
    struct dtree_walk w = dtree_walk(t);
    struct dtree_walk begin = w;
    struct cells cells[DEPTH_MAX + 1] = {{0, 0}}; /* By depth of the node that says it. */
    enum dtree_token token;
    while ((token = dtree_next(&w)) < DTREE_END) {
        if (token == DTREE_NODE_END || w.depth > DEPTH_MAX) {
            continue;
        }
        if (token == DTREE_NODE) {
            begin = w;
            cells[w.depth] = (struct cells){.address = 2, .size = 1};
        } else if (w.name[0] == '#') {
            read_cells(&cells[w.depth], &w);
        } else if (w.name[0] == 'c' && dtree_name_is(w.name, key_names[KEY_COMPATIBLE])) {
            enum kind kind = kind_of(&w);
            if (kind != KIND_OTHER) {
                add_node(r, kind, &begin, cells[w.depth - 1]);
            }
        }
    }
    return token == DTREE_END ? HYP_OK : HYP_E_FORMAT;
}

/* A hart's number is the place in the list of that interrupt of it. */
static void number_harts(const struct machine *m, uint32_t *index, struct value list, uint32_t irq)
{
    for (uint32_t hart = 0; hart < HYP_HART_MAX; hart++) {
        index[hart] = MACHINE_NO_INDEX;
    }
    for (uint32_t i = 0; list.length >= 8; i++, list.length -= 8, list.bytes += 8) {
        for (uint32_t hart = 0; hart < m->hart_count; hart++) {
            if (m->intc[hart] == dtree_cell(list.bytes) && dtree_cell(list.bytes + 4) == irq) {
                index[hart] = i;
            }
        }
    }
}

/* One behind the highest number of a hart; 0: no hart has one. */
static uint32_t index_end(const uint32_t *index)
{
    uint32_t end = 0;
    for (uint32_t hart = 0; hart < HYP_HART_MAX; hart++) {
        if (index[hart] != MACHINE_NO_INDEX && index[hart] >= end) {
            end = index[hart] + 1;
        }
    }
    return end;
}

/* Bounds of the specification; and the registers of every hart are in what the tree gives. */
static bool imsic_is_sound(const struct machine_aia *aia, const struct node *imsic)
{
    uint64_t end = index_end(aia->hart_index);
    return number(imsic, KEY_GROUP_BITS, 0) == 0 && aia->guest_bits <= 7 && aia->id_max <= 2047 &&
           aia->guest_id_max <= 2047 && aia->source_count - 1 <= aia->id_max &&
           aia->imsic.size >> (HYP_PAGE_SHIFT + aia->guest_bits) >= end;
}

static bool take(const struct machine *m, struct machine_aia *aia, const struct reading *r,
                 const struct node *aplic)
{
    aia->aplic = reg_of(aplic);
    aia->source_count = number(aplic, KEY_SOURCES, 0) + 1;
    if (is_supervisor(aplic)) {
        number_harts(m, aia->hart_index, aplic->of[KEY_TARGETS], IRQ_S_EXT);
        return aplic->of[KEY_HART_INDEXES].bytes == NULL &&
               aia->aplic.size >=
                   APLIC_IDCS + APLIC_IDC_SIZE * (uint64_t)index_end(aia->hart_index);
    }
    aia->msi = true;
    aia->imsic = reg_of(&r->imsic);
    aia->id_max = number(&r->imsic, KEY_IDS, 0);
    aia->guest_id_max = number(&r->imsic, KEY_GUEST_IDS, aia->id_max);
    aia->guest_bits = number(&r->imsic, KEY_GUEST_BITS, 0);
    number_harts(m, aia->hart_index, r->imsic.of[KEY_TARGETS], IRQ_S_EXT);
    return aia->aplic.size >= APLIC_IDCS && imsic_is_sound(aia, &r->imsic);
}

/* The first that interrupts harts in S-mode, itself or by its IMSIC. */
static void take_aplic(const struct machine *m, struct machine_aia *aia, const struct reading *r)
{
    for (uint32_t i = 0; i < r->aplic_count; i++) {
        uint32_t parent = number(&r->aplic[i], KEY_MSI_PARENT, 0);
        bool sends = r->has_imsic && parent != 0 && parent == number(&r->imsic, KEY_PHANDLE, 0);
        if (is_supervisor(&r->aplic[i]) || sends) {
            aia->source_count = take(m, aia, r, &r->aplic[i]) ? aia->source_count : 0;
            return;
        }
    }
}

enum hyp_status machine_read_aia(const struct machine *m, struct machine_aia *aia, const void *fdt,
                                 size_t size)
{
    struct reading r = {.aia = aia};
    struct dtree t;
    *aia = (struct machine_aia){.source_count = 0};
    HYP_TRY(dtree_open(&t, fdt, size));
    HYP_TRY(read_nodes(&r, &t));
    take_aplic(m, aia, &r);
    if (r.has_sswi) {
        aia->sswi = reg_of(&r.sswi);
        number_harts(m, aia->sswi_index, r.sswi.of[KEY_TARGETS], IRQ_S_SOFT);
    }
    return HYP_OK;
}
