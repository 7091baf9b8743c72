/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's device tree in one walk. */
#include <hyp/vm/machine.h>

#include "machine_isa.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/dtree.h>
#include <string.h>

/* Properties that are looked at, by first letter: X(key, name). */
#define KEYS(X)                           \
    X(ADDRESS_CELLS, "#address-cells")    \
    X(SIZE_CELLS, "#size-cells")          \
    X(BOOTARGS, "bootargs")               \
    X(COMPATIBLE, "compatible")           \
    X(DEVICE_TYPE, "device_type")         \
    X(CONTEXTS, "interrupts-extended")    \
    X(KASLR_SEED, "kaslr-seed")           \
    X(INITRD_END, "linux,initrd-end")     \
    X(INITRD_START, "linux,initrd-start") \
    X(MMU, "mmu-type")                    \
    X(PHANDLE, "phandle")                 \
    X(REG, "reg")                         \
    X(CBOM, "riscv,cbom-block-size")      \
    X(CBOP, "riscv,cbop-block-size")      \
    X(CBOZ, "riscv,cboz-block-size")      \
    X(ISA, "riscv,isa")                   \
    X(ISA_NAMES, "riscv,isa-extensions")  \
    X(ISA_BASE, "riscv,isa-base")         \
    X(NDEV, "riscv,ndev")                 \
    X(RNG_SEED, "rng-seed")               \
    X(STATUS, "status")                   \
    X(STDOUT, "stdout-path")              \
    X(TIMEBASE, "timebase-frequency")

#define KEY_ENUM(key, name) KEY_##key,
enum key { KEYS(KEY_ENUM) KEY_COUNT };

/* One behind the other, and where each begins: half the size of an array of equal ones. */
#define KEY_ROOM(key, name) char key[sizeof(name)];
#define KEY_TEXT(key, name) .key = name,
#define KEY_AT(key, name) offsetof(struct key_names, key),
struct key_names {
    KEYS(KEY_ROOM)
};
static const struct key_names key_names = {KEYS(KEY_TEXT)};
static const uint16_t key_at[] = {KEYS(KEY_AT)};
_Static_assert(sizeof(key_names) <= UINT16_MAX, "key_at");

struct value {
    const uint8_t *bytes; /* NULL: the node has no such property. */
    uint32_t length;
};

struct cells {
    uint32_t address;
    uint32_t size;
};

/* The node at depth 2 that the walk is in. */
enum section {
    SECTION_OTHER,
    SECTION_CPUS,
    SECTION_RESERVED,
    SECTION_CHOSEN,
    SECTION_ALIASES,
};

struct reading {
    struct machine *m;
    struct value of[KEY_COUNT]; /* Of the node whose properties are being read: */
    uint32_t has;               /* bit k: it has that of key k. */
    enum section section;
    struct cells root;
    struct cells parent; /* What the node at depth 2 says. */
    uint64_t hart_id;
    bool in_hart; /* The walk is in the cpu node of that hart. */
    struct value isa_text;
    bool isa_is_list;
    struct machine_isa isa;               /* What isa_text came to. */
    struct value contexts;                /* The PLIC's. */
    struct value stdout_path;             /* /chosen's. */
    uint32_t aliases_at;                  /* Where that node lies; 0: there is none. */
    uint32_t node_at;                     /* The node whose properties are being read. */
    uint32_t name_at[MACHINE_DEVICE_MAX]; /* Of m's devices. */
};

static enum key key_of(const char *name)
{
    enum key first = KEY_COUNT;
    enum key last = KEY_COUNT;
    switch (name[0]) {
    case '#': first = KEY_ADDRESS_CELLS, last = KEY_SIZE_CELLS; break;
    case 'b': first = last = KEY_BOOTARGS; break;
    case 'c': first = last = KEY_COMPATIBLE; break;
    case 'd': first = last = KEY_DEVICE_TYPE; break;
    case 'i': first = last = KEY_CONTEXTS; break;
    case 'k': first = last = KEY_KASLR_SEED; break;
    case 'l': first = KEY_INITRD_END, last = KEY_INITRD_START; break;
    case 'm': first = last = KEY_MMU; break;
    case 'p': first = last = KEY_PHANDLE; break;
    case 'r': first = KEY_REG, last = KEY_RNG_SEED; break;
    case 's': first = KEY_STATUS, last = KEY_STDOUT; break;
    case 't': first = last = KEY_TIMEBASE; break;
    default: return KEY_COUNT;
    }
    for (; first <= last; first++) {
        if (dtree_name_is(name, (const char *)&key_names + key_at[first])) {
            return first;
        }
    }
    return KEY_COUNT;
}

static bool has_key(const struct reading *r, enum key key)
{
    return (r->has & BIT(key)) != 0;
}

static struct value value_of(const struct reading *r, enum key key)
{
    return has_key(r, key) ? r->of[key] : (struct value){0};
}

static uint32_t number(const struct reading *r, enum key key, uint32_t missing)
{
    struct value v = value_of(r, key);
    return v.bytes != 0 && v.length >= 4 ? dtree_cell(v.bytes) : missing;
}

static bool text_is(const struct reading *r, enum key key, const char *text)
{
    return has_key(r, key) && dtree_value_is(r->of[key].bytes, r->of[key].length, text);
}

static bool is_okay(const struct reading *r)
{
    return !has_key(r, KEY_STATUS) || text_is(r, KEY_STATUS, "okay") ||
           text_is(r, KEY_STATUS, "ok");
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static struct cells cells_of(const struct reading *r)
{
    return (struct cells){.address = number(r, KEY_ADDRESS_CELLS, 2),
                          .size = number(r, KEY_SIZE_CELLS, 1)};
}

static void add_memory(struct machine *m, struct hyp_mem range)
{
    if (m->mem_count < MACHINE_RANGE_MAX) {
        m->mem[m->mem_count++] = range;
    } else {
        m->mem_left_out++;
    }
}

/* The smallest range that has both. */
static struct hyp_mem both(struct hyp_mem a, struct hyp_mem b)
{
    uint64_t start = a.hpa < b.hpa ? a.hpa : b.hpa;
    uint64_t end = a.hpa + a.size;
    end = end > b.hpa + b.size ? end : b.hpa + b.size;
    return (struct hyp_mem){.hpa = start, .size = end - start};
}

/*
 * What is not listed would be given away: without room, the range grows over this one that has to
 * grow least. It covers what is nobody's, too, which may be where the image lies.
 */
static void add_reserved(struct machine *m, struct hyp_mem range)
{
    if (m->reserved_count < MACHINE_RANGE_MAX) {
        m->reserved[m->reserved_count++] = range;
        return;
    }
    struct hyp_mem *least = &m->reserved[0];
    for (uint32_t i = 1; i < MACHINE_RANGE_MAX; i++) {
        struct hyp_mem *r = &m->reserved[i];
        if (both(*r, range).size - r->size < both(*least, range).size - least->size) {
            least = r;
        }
    }
    *least = both(*least, range);
    m->reserved_merged++;
}

/* An empty range is nobody's; one that would pass 2^64 ends there. */
static void add_range(struct machine *m, uint64_t start, uint64_t size, bool reserved)
{
    struct hyp_mem range = {.hpa = start, .size = size <= -start - 1 ? size : -start - 1};
    if (range.size == 0) {
        return;
    }
    if (reserved) {
        add_reserved(m, range);
    } else {
        add_memory(m, range);
    }
}

void machine_reserve(struct machine *m, uint64_t start, uint64_t size)
{
    add_range(m, start, size, true);
}

static void add_regs(struct reading *r, struct cells n, bool reserved)
{
    struct value reg = value_of(r, KEY_REG);
    if (reg.bytes == 0 || n.address - 1 > 1 || n.size - 1 > 1) {
        return;
    }
    uint32_t step = 4 * (n.address + n.size);
    for (; reg.length >= step; reg.length -= step, reg.bytes += step) {
        add_range(r->m, dtree_cells(reg.bytes, n.address),
                  dtree_cells(reg.bytes + (size_t)4 * n.address, n.size), reserved);
    }
}

static void add_device(struct reading *r, struct cells n)
{
    struct machine *m = r->m;
    struct value reg = r->of[KEY_REG];
    if (reg.bytes == 0 || n.address - 1 > 1 || reg.length < 4 * n.address || !is_okay(r)) {
        return;
    }
    if (m->device_count == MACHINE_DEVICE_MAX) {
        m->devices_left_out++;
        return;
    }
    r->name_at[m->device_count] = r->node_at + 4; /* Behind the token. */
    m->device_hpa[m->device_count++] = dtree_cells(reg.bytes, n.address);
}

/* ---- The firmware's console ------------------------------------------------------------------ */

/* Bytes of a path, without the options behind a colon. */
static uint32_t path_length(struct value v)
{
    uint32_t n = 0;
    while (n < v.length && v.bytes[n] != 0 && v.bytes[n] != ':') {
        n++;
    }
    return n;
}

/* Is the name this text, or this text and an address? */
static bool name_fits(const char *name, const uint8_t *text, uint32_t n)
{
    for (; n != 0 && *name == (char)*text; n--) {
        name++;
        text++;
    }
    return n == 0 && (*name == 0 || *name == '@');
}

/* A path that does not begin with / is the name of a property of /aliases, which has the path. */
static struct value stdout_path(const struct reading *r, const struct dtree *t)
{
    struct value path = r->stdout_path;
    struct dtree_walk w = dtree_walk(t);
    if (path.length == 0 || path.bytes[0] == '/' || r->aliases_at == 0) {
        return path;
    }
    w.next = r->aliases_at;
    (void)dtree_next(&w);
    uint32_t n = path_length(path);
    while (dtree_next(&w) == DTREE_PROPERTY) {
        if (name_fits(w.name, path.bytes, n)) {
            return (struct value){.bytes = w.value, .length = w.length};
        }
    }
    return (struct value){0};
}

/*
 * Devices of the path's last name: a bus maps one to one, so its own name matters only to names
 * without an address, which may be those of several devices.
 */
static void find_stdout(struct reading *r, const struct dtree *t)
{
    struct machine *m = r->m;
    struct value path = stdout_path(r, t);
    uint32_t end = path_length(path);
    uint32_t n = 0;
    uint32_t found = 0;
    while (n < end && path.bytes[end - n - 1] != '/') {
        n++;
    }
    for (uint32_t i = 0; n != 0 && i < m->device_count; i++) {
        if (name_fits((const char *)t->bytes + r->name_at[i], path.bytes + end - n, n)) {
            m->stdout_regs = (struct hyp_mem){.hpa = m->device_hpa[i], .size = 1};
            found++;
        }
    }
    if (found > 1 || (n != 0 && found == 0 && m->devices_left_out != 0)) {
        m->stdout_regs = (struct hyp_mem){.hpa = 0, .size = UINT64_MAX};
    }
}

static enum hyp_status read_reservations(struct machine *m, const struct dtree *t)
{
    for (uint32_t i = 0;; i++) {
        uint64_t start;
        uint64_t size;
        enum hyp_status status = dtree_reserved(t, i, &start, &size);
        if (status != HYP_OK) {
            return status == HYP_E_ABSENT ? HYP_OK : status;
        }
        add_range(m, start, size, true);
    }
}

/* ---- Harts ----------------------------------------------------------------------------------- */

/* Harts mostly say the same: then it is read once. */
static void read_isa(struct reading *r)
{
    struct value base = value_of(r, KEY_ISA_BASE);
    struct value v = value_of(r, KEY_ISA_NAMES);
    bool names = v.length != 0 && v.bytes[0] != 0; /* An empty list says nothing. */
    v = names ? v : value_of(r, KEY_ISA);
    if (base.bytes != 0 && !machine_isa_base_is_rv64i((const char *)base.bytes, base.length)) {
        v.bytes = 0;
    }
    if (v.bytes != 0 && r->isa_text.bytes != 0 && names == r->isa_is_list &&
        v.length == r->isa_text.length && memcmp(v.bytes, r->isa_text.bytes, v.length) == 0) {
        return;
    }
    const char *s = (const char *)v.bytes;
    r->isa_text = v;
    r->isa_is_list = names;
    r->isa = v.bytes == 0 ? (struct machine_isa){0}
             : names      ? machine_isa_of_names(s, v.length)
                          : machine_isa_of_string(s, v.length);
}

static uint32_t mmu_of(const struct reading *r)
{
    if (text_is(r, KEY_MMU, "riscv,sv57")) {
        return GUEST_MMU_SV57;
    }
    return text_is(r, KEY_MMU, "riscv,sv48") ? GUEST_MMU_SV48 : GUEST_MMU_SV39;
}

_Static_assert(GUEST_ISA_ZICBOZ == GUEST_ISA_ZICBOM + 2, "block[]");

/* Leaves what both have. Without a block size, an extension is not usable. */
static void narrow(struct machine_grant *g, const struct machine_grant *by)
{
    g->isa &= by->isa;
    g->mmu = g->mmu < by->mmu ? g->mmu : by->mmu;
    for (uint32_t i = 0; i < ARRAY_COUNT(g->block); i++) {
        g->block[i] = g->block[i] == by->block[i] ? g->block[i] : 0;
        g->isa &= ~(g->block[i] == 0 ? BIT(GUEST_ISA_ZICBOM + i) : 0);
    }
}

static uint8_t add_kind(struct machine *m, const struct machine_grant *own)
{
    uint32_t k = 0;
    while (k < m->kind_count && memcmp(&m->kind[k], own, sizeof(*own)) != 0) {
        k++;
    }
    if (k == MACHINE_KIND_MAX) {
        k--;
        narrow(&m->kind[k], own);
    } else if (k == m->kind_count) {
        m->kind[m->kind_count++] = *own;
    }
    return (uint8_t)k;
}

struct machine_grant machine_common(const struct machine *m, uint64_t harts)
{
    struct machine_grant g = {.isa = 0};
    bool first = true;
    for (uint32_t i = 0; i < m->hart_count; i++) {
        const struct machine_grant *own = &m->kind[m->hart_kind[i]];
        if ((harts & BIT(i)) != 0) {
            g = first ? *own : g;
            first = false;
            narrow(&g, own);
        }
    }
    return g;
}

uint32_t machine_find_hart(const struct machine *m, uint64_t hart_id)
{
    for (uint32_t i = 0; i < m->hart_count; i++) {
        if (m->hart_id[i] == hart_id) {
            return i;
        }
    }
    return MACHINE_NO_INDEX;
}

static void insert_hart(struct machine *m, uint64_t id, uint8_t kind)
{
    uint32_t i = m->hart_count++;
    for (; i > 0 && m->hart_id[i - 1] > id; i--) {
        m->hart_id[i] = m->hart_id[i - 1];
        m->hart_kind[i] = m->hart_kind[i - 1];
        m->intc[i] = m->intc[i - 1];
    }
    m->hart_id[i] = id;
    m->hart_kind[i] = kind;
    m->intc[i] = 0;
}

static void add_without_h(struct machine *m, uint64_t id)
{
    if (m->without_h_count < MACHINE_WITHOUT_H) {
        m->without_h[m->without_h_count] = id;
    }
    m->without_h_count++;
}

static void add_hart(struct reading *r)
{
    struct machine *m = r->m;
    struct value reg = value_of(r, KEY_REG);
    if (!text_is(r, KEY_DEVICE_TYPE, "cpu") || !is_okay(r) || reg.bytes == 0 || reg.length < 4) {
        return;
    }
    r->hart_id = dtree_cells(reg.bytes, reg.length >= 8 ? 2 : 1);
    read_isa(r);
    if (!r->isa.h) {
        add_without_h(m, r->hart_id);
        return;
    }
    if (m->hart_count == HYP_HART_MAX) {
        m->harts_left_out++;
        return;
    }
    r->in_hart = true;
    struct machine_grant own = {
        .isa = r->isa.set,
        .mmu = mmu_of(r),
        .block = {number(r, KEY_CBOM, 0), number(r, KEY_CBOP, 0), number(r, KEY_CBOZ, 0)},
    };
    narrow(&own, &own);
    insert_hart(m, r->hart_id, add_kind(m, &own));
}

/* The hart's own interrupt controller, in its node. */
static void add_intc(struct reading *r)
{
    struct machine *m = r->m;
    for (uint32_t i = 0; r->in_hart && i < m->hart_count; i++) {
        if (m->hart_id[i] == r->hart_id && m->intc[i] == 0) {
            m->intc[i] = number(r, KEY_PHANDLE, 0);
        }
    }
}

/* ---- Interrupt controller, boot arguments ---------------------------------------------------- */

static void add_plic(struct reading *r)
{
    struct value v = value_of(r, KEY_COMPATIBLE);
    if (!has_key(r, KEY_CONTEXTS) || v.bytes == 0) {
        return;
    }
    if (!dtree_value_has(v.bytes, v.length, "sifive,plic-1.0.0") &&
        !dtree_value_has(v.bytes, v.length, "riscv,plic0")) {
        r->m->other_irqc |= !dtree_value_has(v.bytes, v.length, "riscv,clint0");
    } else if (r->contexts.bytes == 0) {
        r->contexts = r->of[KEY_CONTEXTS];
        r->m->source_count = number(r, KEY_NDEV, 0) + 1;
    }
}

static uint32_t hart_of_intc(const struct machine *m, uint32_t phandle)
{
    for (uint32_t i = 0; i < m->hart_count; i++) {
        if (m->intc[i] == phandle) {
            return i;
        }
    }
    return UINT32_MAX;
}

/* interrupts-extended lists <intc, interrupt> by context; 9 is supervisor external. */
static void number_contexts(struct machine *m, struct value list)
{
    for (uint32_t i = 0; i < HYP_HART_MAX; i++) {
        m->irqc_index[i] = MACHINE_NO_INDEX;
    }
    for (uint32_t context = 0; list.length >= 8; context++, list.length -= 8, list.bytes += 8) {
        uint32_t hart = hart_of_intc(m, dtree_cell(list.bytes));
        if (dtree_cell(list.bytes + 4) == IRQ_S_EXT && hart != UINT32_MAX) {
            m->irqc_index[hart] = context;
        }
    }
}

/* Cut arguments would say something else: they are taken whole or not at all. */
static void read_bootargs(struct reading *r)
{
    struct value v = value_of(r, KEY_BOOTARGS);
    if (v.length > sizeof(r->m->bootargs)) {
        r->m->bootargs_left_out = v.length - 1;
    } else if (v.length != 0) {
        memcpy(r->m->bootargs, v.bytes, v.length);
        r->m->bootargs[v.length - 1] = 0;
    }
}

/* One or two cells, as its writer likes. */
static uint64_t address(const struct reading *r, enum key key)
{
    struct value v = value_of(r, key);
    return v.length >= 4 ? dtree_cells(v.bytes, v.length >= 8 ? 2 : 1) : 0;
}

static void read_initrd(struct reading *r)
{
    uint64_t start = address(r, KEY_INITRD_START);
    uint64_t end = address(r, KEY_INITRD_END);
    if (start != 0 && start < end) {
        r->m->initrd = (struct hyp_mem){.hpa = start, .size = end - start};
    }
}

static void read_seeds(struct reading *r)
{
    struct value rng = value_of(r, KEY_RNG_SEED);
    struct value kaslr = value_of(r, KEY_KASLR_SEED);
    guest_seed_add(&r->m->seed, rng.bytes, rng.length);
    guest_seed_add(&r->m->seed, kaslr.bytes, kaslr.length);
}

/* ---- The walk -------------------------------------------------------------------------------- */

static enum section section_of(const char *name)
{
    return dtree_name_is(name, "cpus")              ? SECTION_CPUS
           : dtree_name_is(name, "reserved-memory") ? SECTION_RESERVED
           : dtree_name_is(name, "chosen")          ? SECTION_CHOSEN
           : dtree_name_is(name, "aliases")         ? SECTION_ALIASES
                                                    : SECTION_OTHER;
}

static void read_depth_2(struct reading *r)
{
    switch (r->section) {
    case SECTION_CPUS: r->m->timebase_hz = number(r, KEY_TIMEBASE, 0); break;
    case SECTION_RESERVED: r->parent = cells_of(r); break;
    case SECTION_CHOSEN:
        read_bootargs(r);
        read_initrd(r);
        read_seeds(r);
        r->stdout_path = value_of(r, KEY_STDOUT);
        break;
    case SECTION_ALIASES: break;
    case SECTION_OTHER:
        r->parent = cells_of(r);
        if (!text_is(r, KEY_DEVICE_TYPE, "memory")) {
            add_device(r, r->root);
        } else if (is_okay(r)) {
            add_regs(r, r->root, false);
        }
        break;
    }
}

/* The properties of the node at `depth` are all there. */
static void read_node(struct reading *r, uint32_t depth)
{
    if (depth == 1) {
        r->root = cells_of(r);
    } else if (depth == 2) {
        read_depth_2(r);
    } else if (depth == 3 && r->section == SECTION_CPUS) {
        add_hart(r);
    } else if (depth == 3 && r->section == SECTION_RESERVED) {
        add_regs(r, r->parent, true);
    } else if (depth == 3 && r->section == SECTION_OTHER) {
        add_device(r, r->parent);
    } else if (depth == 4 && r->section == SECTION_CPUS) {
        add_intc(r);
    }
    add_plic(r);
    r->has = 0;
}

static void read_property(struct reading *r, const struct dtree_walk *w)
{
    enum key key = key_of(w->name);
    if (key != KEY_COUNT) {
        r->of[key] = (struct value){.bytes = w->value, .length = w->length};
        r->has |= (uint32_t)BIT(key);
    }
}

static enum hyp_status read_nodes(struct reading *r, const struct dtree *t)
{
    struct dtree_walk w = dtree_walk(t);
    bool is_read = true; /* The node that the walk is in. */
    enum dtree_token token;
    while ((token = dtree_next(&w)) < DTREE_END) {
        if (token == DTREE_PROPERTY) {
            read_property(r, &w);
            continue;
        }
        /* A node's properties end where a node within it begins, or with it. */
        if (!is_read) {
            read_node(r, w.depth - (token == DTREE_NODE ? 1 : 0));
        }
        is_read = token == DTREE_NODE_END;
        r->node_at = w.at;
        if (token == DTREE_NODE && w.depth == 2) {
            r->section = section_of(w.name);
            r->aliases_at = r->section == SECTION_ALIASES ? w.at : r->aliases_at;
        } else if (token == DTREE_NODE_END && w.depth == 3) {
            r->in_hart = false;
        }
    }
    return token == DTREE_END ? HYP_OK : HYP_E_FORMAT;
}

enum hyp_status machine_read(struct machine *m, const void *fdt, size_t size)
{
    struct reading r = {.m = m};
    struct dtree t;
    *m = (struct machine){.hart_count = 0};
    HYP_TRY(dtree_open(&t, fdt, size));
    HYP_TRY(read_reservations(m, &t));
    HYP_TRY(read_nodes(&r, &t));
    number_contexts(m, r.contexts);
    find_stdout(&r, &t);
    m->all = machine_common(m, machine_harts(m));
    if (m->timebase_hz == 0 || (m->hart_count | m->without_h_count) == 0) {
        return HYP_E_ABSENT;
    }
    return m->hart_count != 0 ? HYP_OK : HYP_E_UNSUPPORTED;
}

bool machine_has_device(const struct machine *m, uint64_t hpa)
{
    for (uint32_t i = 0; i < m->device_count; i++) {
        if (m->device_hpa[i] == hpa) {
            return true;
        }
    }
    return m->devices_left_out != 0;
}
