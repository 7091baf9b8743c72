/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's device tree in one walk. */
#include <hyp/vm/machine.h>

#include "machine_isa.h"
#include "machine_tree.h"

#include <string.h>

/* Properties that are read, in the order of their first letters: X(key, name). */
#define KEYS(X)                           \
    X(ADDRESS_CELLS, "#address-cells")    \
    X(SIZE_CELLS, "#size-cells")          \
    X(IRQ_CELLS, "#interrupt-cells")      \
    X(BOOTARGS, "bootargs")               \
    X(COMPATIBLE, "compatible")           \
    X(DEVICE_TYPE, "device_type")         \
    X(TARGETS, "interrupts-extended")     \
    X(KASLR_SEED, "kaslr-seed")           \
    X(INITRD_END, "linux,initrd-end")     \
    X(INITRD_START, "linux,initrd-start") \
    X(OLD_PHANDLE, "linux,phandle")       \
    X(MMU, "mmu-type")                    \
    X(MSI_PARENT, "msi-parent")           \
    X(PHANDLE, "phandle")                 \
    X(REG, "reg")                         \
    X(RANGES, "ranges")                   \
    X(CBOM, "riscv,cbom-block-size")      \
    X(CBOP, "riscv,cbop-block-size")      \
    X(CBOZ, "riscv,cboz-block-size")      \
    X(ISA, "riscv,isa")                   \
    X(ISA_NAMES, "riscv,isa-extensions")  \
    X(ISA_BASE, "riscv,isa-base")         \
    X(RNG_SEED, "rng-seed")               \
    X(STATUS, "status")                   \
    X(STDOUT, "stdout-path")              \
    X(TIMEBASE, "timebase-frequency")

#define KEY_ENUM(key, name) KEY_##key,
enum key { KEYS(KEY_ENUM) KEY_COUNT };

/* Names in a row, and where each begins: half the size of an array of equally long ones. */
#define KEY_ROOM(key, name) char key[sizeof(name)];
#define KEY_TEXT(key, name) .key = name,
#define KEY_AT(key, name) offsetof(struct key_names, key),
struct key_names {
    KEYS(KEY_ROOM)
};
static const struct key_names key_names = {KEYS(KEY_TEXT)};
static const uint16_t key_at[] = {KEYS(KEY_AT)};
_Static_assert(sizeof(key_names) <= UINT16_MAX, "key_at");

/* The node at depth 2 that the walk is in. */
enum section {
    SECTION_OTHER,
    SECTION_CPUS,
    SECTION_RESERVED,
    SECTION_CHOSEN,
    SECTION_ALIASES,
};

/* Places of names whose keys have been looked up. */
#define KNOWN_MAX 32

struct reading {
    struct machine *m;
    const struct dtree *tree;
    struct {
        uint32_t at;
        uint32_t length;
    } of[KEY_COUNT];              /* Values of the node whose properties are being read. */
    uint32_t has;                 /* Bit k: the node has the property of key k. */
    uint32_t node_at;             /* Offset of the node. */
    uint32_t known_at[KNOWN_MAX]; /* Offset of a name in the tree; 0: none. */
    uint8_t known[KNOWN_MAX];
    enum section section;
    struct machine_bus bus[MACHINE_DEPTH_MAX + 1]; /* The nodes that the walk is in, by depth. */
    uint64_t hart_id;
    bool in_hart; /* The walk is in the cpu node of that hart. */
    struct dtree_value isa_text;
    bool isa_is_list;
    struct machine_isa isa; /* The ISA that isa_text spells. */
    struct machine_console console;
};

static enum key key_of(const char *name)
{
    enum key first = KEY_COUNT;
    enum key last = KEY_COUNT;
    switch (name[0]) {
    case '#': first = KEY_ADDRESS_CELLS, last = KEY_IRQ_CELLS; break;
    case 'b': first = last = KEY_BOOTARGS; break;
    case 'c': first = last = KEY_COMPATIBLE; break;
    case 'd': first = last = KEY_DEVICE_TYPE; break;
    case 'i': first = last = KEY_TARGETS; break;
    case 'k': first = last = KEY_KASLR_SEED; break;
    case 'l': first = KEY_INITRD_END, last = KEY_OLD_PHANDLE; break;
    case 'm': first = KEY_MMU, last = KEY_MSI_PARENT; break;
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

/* A tree has each name once, so its offset identifies it. */
static enum key key_at_place(struct reading *r, const struct dtree_walk *w)
{
    uint32_t place = (uint32_t)((const uint8_t *)w->name - w->tree->bytes);
    uint32_t i = (place ^ place >> 4) % KNOWN_MAX;
    if (r->known_at[i] != place) {
        r->known_at[i] = place;
        r->known[i] = (uint8_t)key_of(w->name);
    }
    return (enum key)r->known[i];
}

static bool has_key(const struct reading *r, enum key key)
{
    return (r->has & BIT(key)) != 0;
}

static struct dtree_value value_of(const struct reading *r, enum key key)
{
    return has_key(r, key) ? (struct dtree_value){.bytes = r->tree->bytes + r->of[key].at,
                                                  .length = r->of[key].length}
                           : (struct dtree_value){0};
}

static uint32_t number(const struct reading *r, enum key key, uint32_t missing)
{
    struct dtree_value v = value_of(r, key);
    return v.bytes != 0 && v.length >= 4 ? dtree_cell(v.bytes) : missing;
}

/* A value that was changed in place has NULs behind its own. */
static bool text_is(const struct reading *r, enum key key, const char *text)
{
    struct dtree_value v = value_of(r, key);
    while (v.length >= 2 && v.bytes[v.length - 2] == 0) {
        v.length--;
    }
    return dtree_value_is(v.bytes, v.length, text);
}

static bool is_okay(const struct reading *r)
{
    return !has_key(r, KEY_STATUS) || text_is(r, KEY_STATUS, "okay") ||
           text_is(r, KEY_STATUS, "ok");
}

/* ---- Memory ---------------------------------------------------------------------------------- */

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
 * Memory that is not listed would be given to VMs. If there is no room, the range that has to grow
 * least grows over this one, and over free memory between them, which may be where the image lies.
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

/* Skips an empty range; one that would pass 2^64 ends there. */
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

/* Ranges of memory, in the addresses of the bus. Reserved ones that cannot be read may be all. */
static void add_ranges(struct reading *r, const struct machine_bus *bus, bool reserved)
{
    struct dtree_value reg = value_of(r, KEY_REG);
    uint32_t step = 4 * (bus->address_cells + bus->size_cells);
    if (!bus->has_cells) {
        add_range(r->m, 0, reserved && reg.length != 0 ? UINT64_MAX : 0, reserved);
        return;
    }
    for (; reg.length >= step; reg.length -= step, reg.bytes += step) {
        add_range(r->m, dtree_cells(reg.bytes, bus->address_cells),
                  dtree_cells(reg.bytes + (size_t)4 * bus->address_cells, bus->size_cells),
                  reserved);
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

/* Most harts have the same ISA, which is then read once. */
static void read_isa(struct reading *r)
{
    struct dtree_value base = value_of(r, KEY_ISA_BASE);
    struct dtree_value v = value_of(r, KEY_ISA_NAMES);
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

_Static_assert(GUEST_ISA_ZICBOZ - GUEST_ISA_ZICBOM == MACHINE_BLOCK_ZICBOZ, "block[]");

/* Leaves what both have. An extension is not usable if its block size is missing. */
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
    struct dtree_value reg = value_of(r, KEY_REG);
    if (!text_is(r, KEY_DEVICE_TYPE, "cpu") || !is_okay(r) || reg.bytes == 0 || reg.length < 4) {
        return;
    }
    r->hart_id = dtree_cells(reg.bytes, reg.length >= 8 ? r->bus[2].address_cells : 1);
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

/* The hart's own interrupt controller; its node may have others within it. */
static void add_intc(struct reading *r)
{
    struct machine *m = r->m;
    struct dtree_value v = value_of(r, KEY_COMPATIBLE);
    if (!r->in_hart || !dtree_value_has(v.bytes, v.length, "riscv,cpu-intc")) {
        return;
    }
    for (uint32_t i = 0; i < m->hart_count; i++) {
        if (m->hart_id[i] == r->hart_id && m->intc[i] == 0) {
            m->intc[i] = number(r, KEY_PHANDLE, number(r, KEY_OLD_PHANDLE, 0));
        }
    }
}

/* ---- Devices --------------------------------------------------------------------------------- */

static const struct hyp_mem all_addresses = {0, UINT64_MAX};

static void add_device(struct reading *r, uint32_t depth, uint64_t hpa)
{
    struct machine *m = r->m;
    if (m->device_count == MACHINE_DEVICE_MAX) {
        m->devices_left_out++;
        return;
    }
    m->device[m->device_count++] =
        (struct machine_device){.hpa = hpa, .at = r->node_at, .bus = r->bus[depth].name};
}

/* The status does not matter: the firmware disables controllers that it keeps to itself. */
static void add_irqc(struct machine *m, enum machine_irqc kind, struct hyp_mem mem, uint32_t at)
{
    bool full = m->regs_count == MACHINE_REGS_MAX;
    uint32_t n = full ? MACHINE_REGS_MAX - 1 : m->regs_count++;
    m->regs[n].owner =
        kind == MACHINE_IRQC_SSWI ? "the hypervisor's SSWI" : "the interrupt controller";
    m->regs[n].mem = full ? all_addresses : mem;
    m->regs_of[n].at = full ? 0 : at;
    m->regs_of[n].kind = kind;
    m->other_irqc |= kind != MACHINE_IRQC_PLIC;
}

/* The binding of every controller requires one of these properties; few other nodes have one. */
static enum machine_irqc irqc_of(const struct reading *r)
{
    bool may_be = (r->has & (BIT(KEY_TARGETS) | BIT(KEY_MSI_PARENT) | BIT(KEY_IRQ_CELLS))) != 0;
    return may_be ? machine_irqc_of(value_of(r, KEY_COMPATIBLE)) : MACHINE_IRQC_NONE;
}

/* One range of its registers, as the bus at `depth` has it. */
static void add_reg(struct reading *r, uint32_t depth, const uint8_t *cells, enum machine_irqc kind)
{
    struct hyp_mem mem;
    bool okay = r->bus[depth].okay && is_okay(r);
    bool good = machine_reg(&r->bus[depth], cells, &mem);
    uint64_t size = mem.size;
    good = good && machine_translate(r->bus, depth, &mem);
    if (kind != MACHINE_IRQC_NONE) {
        add_irqc(r->m, kind, good ? mem : (struct hyp_mem){0, 0}, okay ? r->node_at : 0);
    }
    if (good && okay && mem.size == size) {
        add_device(r, depth, mem.hpa);
    }
}

/* The address of its registers is not known. */
static void add_too_deep(struct reading *r, enum machine_irqc kind)
{
    if (kind != MACHINE_IRQC_NONE) {
        add_irqc(r->m, kind, all_addresses, 0);
    }
    r->m->devices_left_out += r->bus[MACHINE_DEPTH_MAX].okay && is_okay(r) ? 1 : 0;
}

/* Adds the node's registers, if CPUs have addresses for what is in the nodes around it. */
static void add_node(struct reading *r, uint32_t depth)
{
    uint32_t up = depth <= MACHINE_DEPTH_MAX ? depth - 1 : MACHINE_DEPTH_MAX;
    const struct machine_bus *bus = &r->bus[up];
    struct dtree_value reg = value_of(r, KEY_REG);
    if (reg.length == 0 || !bus->reachable) {
        return;
    }
    enum machine_irqc kind = irqc_of(r);
    if (up != depth - 1) {
        add_too_deep(r, kind);
        return;
    }
    uint32_t step = 4 * (bus->address_cells + bus->size_cells);
    for (; reg.length >= step; reg.length -= step, reg.bytes += step) {
        add_reg(r, up, reg.bytes, kind);
    }
}

/* A node that has others within it. */
static void enter(struct reading *r, uint32_t depth)
{
    const struct machine_bus *up = &r->bus[depth - 1];
    struct machine_console *c = &r->console;
    struct machine_bus *bus = &r->bus[depth];
    bool as_root = depth == 2 && r->section == SECTION_RESERVED; /* Its cells are the root's. */
    bus->ranges = value_of(r, KEY_RANGES);
    bus->address_cells = number(r, KEY_ADDRESS_CELLS, as_root ? up->address_cells : 2);
    bus->size_cells = number(r, KEY_SIZE_CELLS, as_root ? up->size_cells : 1);
    bus->okay = up->okay && is_okay(r);
    bus->has_cells = bus->address_cells - 1 <= 1 && bus->size_cells - 1 <= 1;
    bus->reachable = bus->has_cells && (depth == 1 || (up->reachable && has_key(r, KEY_RANGES)));
    bus->name = 0;
    if (depth > 1 && bus->reachable && c->bus_count < MACHINE_BUS_MAX - 1) {
        bus->name = ++c->bus_count;
        c->bus[bus->name].at = r->node_at;
        c->bus[bus->name].up = up->name;
    }
}

/* ---- What the firmware has left -------------------------------------------------------------- */

/* Arguments are taken whole or not at all: cut ones could mean something else. */
static void read_bootargs(struct reading *r)
{
    struct dtree_value v = value_of(r, KEY_BOOTARGS);
    if (v.length > sizeof(r->m->bootargs)) {
        r->m->bootargs_left_out = v.length - 1;
    } else if (v.length != 0) {
        memcpy(r->m->bootargs, v.bytes, v.length);
        r->m->bootargs[v.length - 1] = 0;
    }
}

/* A number of one or two cells, as its writer likes. */
static uint64_t address(const struct reading *r, enum key key)
{
    struct dtree_value v = value_of(r, key);
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
    struct dtree_value rng = value_of(r, KEY_RNG_SEED);
    struct dtree_value kaslr = value_of(r, KEY_KASLR_SEED);
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

/* Older trees have the timebase in each cpu node. */
static void read_cpus(struct reading *r, uint32_t depth)
{
    if (depth <= 3 && r->m->timebase_hz == 0) {
        r->m->timebase_hz = (uint32_t)address(r, KEY_TIMEBASE);
    }
    if (depth == 3) {
        add_hart(r);
    } else if (depth == 4) {
        add_intc(r);
    }
}

static void read_chosen(struct reading *r)
{
    read_bootargs(r);
    read_initrd(r);
    read_seeds(r);
    r->console.path = value_of(r, KEY_STDOUT);
}

static void read_other(struct reading *r, uint32_t depth)
{
    if (depth != 2 || !text_is(r, KEY_DEVICE_TYPE, "memory")) {
        add_node(r, depth);
    } else if (is_okay(r)) {
        add_ranges(r, &r->bus[1], false);
    }
}

/* All properties of the node at `depth` have been read; `within`: a node within it follows. */
static void read_node(struct reading *r, uint32_t depth, bool within)
{
    switch (r->section) {
    case SECTION_CPUS: read_cpus(r, depth); break;
    case SECTION_RESERVED:
        if (depth == 3) {
            add_ranges(r, &r->bus[2], true);
        }
        break;
    case SECTION_CHOSEN:
        if (depth == 2) {
            read_chosen(r);
        }
        break;
    case SECTION_ALIASES: break;
    case SECTION_OTHER: read_other(r, depth); break;
    }
    if (within && depth <= MACHINE_DEPTH_MAX) {
        enter(r, depth);
    }
    r->has = 0;
}

static void read_property(struct reading *r, const struct dtree_walk *w)
{
    enum key key = key_at_place(r, w);
    if (key != KEY_COUNT) {
        r->of[key].at = (uint32_t)(w->value - w->tree->bytes);
        r->of[key].length = w->length;
        r->has |= (uint32_t)BIT(key);
    }
}

static enum hyp_status read_nodes(struct reading *r)
{
    struct dtree_walk w = dtree_walk(r->tree);
    bool is_read = true; /* The node that the walk is in. */
    enum dtree_token token;
    while ((token = dtree_next(&w)) < DTREE_END) {
        if (token == DTREE_PROPERTY) {
            read_property(r, &w);
            continue;
        }
        /* A node's properties end where a node within it begins, or with it. */
        if (!is_read) {
            bool within = token == DTREE_NODE;
            read_node(r, w.depth - (within ? 1 : 0), within);
        }
        is_read = token == DTREE_NODE_END;
        r->node_at = w.at;
        if (token == DTREE_NODE && w.depth == 2) {
            r->section = section_of(w.name);
            r->console.aliases_at = r->section == SECTION_ALIASES ? w.at : r->console.aliases_at;
        } else if (token == DTREE_NODE_END && w.depth == 3) {
            r->in_hart = false;
        }
    }
    return token == DTREE_END ? HYP_OK : HYP_E_FORMAT;
}

enum hyp_status machine_read(struct machine *m, const void *fdt, size_t size)
{
    struct dtree t;
    struct reading r = {.m = m, .tree = &t, .bus[0].okay = true};
    memset(m, 0, offsetof(struct machine, device));
    HYP_TRY(dtree_open(&t, fdt, size));
    HYP_TRY(read_reservations(m, &t));
    HYP_TRY(read_nodes(&r));
    machine_choose_plic(m, &t);
    machine_find_console(m, &t, &r.console);
    m->all = machine_common(m, machine_harts(m));
    if (m->timebase_hz == 0 || (m->hart_count | m->without_h_count) == 0) {
        return HYP_E_ABSENT;
    }
    return m->hart_count != 0 ? HYP_OK : HYP_E_UNSUPPORTED;
}

bool machine_has_device(const struct machine *m, uint64_t hpa)
{
    for (uint32_t i = 0; i < m->device_count; i++) {
        if (m->device[i].hpa == hpa) {
            return true;
        }
    }
    return m->devices_left_out != 0;
}
