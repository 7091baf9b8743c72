/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's device tree in one walk. */
#include <hyp/vm/machine.h>

#include "machine_isa.h"
#include "machine_tree.h"

#include <string.h>

/* The node at depth 2 that the walk is in. */
enum section {
    SECTION_OTHER,
    SECTION_CPUS,
    SECTION_RESERVED,
    SECTION_CHOSEN,
    SECTION_ALIASES,
};

/* A tree has each name once: names that were looked up are cached by their offset in the tree. */
#define NAME_CACHE_SIZE 64

struct reader {
    struct machine *machine;
    const struct dtree *tree;
    enum section section;
    struct machine_node node; /* The node whose properties are being read, */
    uint32_t node_at;         /* and its offset. */
    uint32_t name_at[NAME_CACHE_SIZE];
    uint8_t property[NAME_CACHE_SIZE];             /* Index in properties[]. */
    struct machine_bus bus[MACHINE_DEPTH_MAX + 1]; /* The nodes that the walk is in, by depth. */
    struct machine_hart_reader hart;
    struct machine_console console;
    uint64_t initrd_start;
    uint64_t initrd_end;
};

/* ---- Properties ------------------------------------------------------------------------------ */

/* A value that was changed in place may have NULs behind its own. */
static bool text_is(struct dtree_value value, const char *text)
{
    while (value.length >= 2 && value.bytes[value.length - 2] == 0) {
        value.length--;
    }
    return dtree_value_is(value.bytes, value.length, text);
}

/* A value that is too short for a cell leaves what is there. */
static void read_cell(uint32_t *to, struct dtree_value value)
{
    if (value.length >= 4) {
        *to = dtree_cell(value.bytes);
    }
}

static uint64_t number_of(struct dtree_value value)
{
    return value.length >= 4 ? dtree_cells(value.bytes, value.length >= 8 ? 2 : 1) : 0;
}

static void read_address_cells(struct machine_node *node, struct dtree_value value)
{
    read_cell(&node->address_cells, value);
}

static void read_size_cells(struct machine_node *node, struct dtree_value value)
{
    read_cell(&node->size_cells, value);
}

static void read_cbom(struct machine_node *node, struct dtree_value value)
{
    read_cell(&node->block[MACHINE_BLOCK_ZICBOM], value);
}

static void read_cbop(struct machine_node *node, struct dtree_value value)
{
    read_cell(&node->block[MACHINE_BLOCK_ZICBOP], value);
}

static void read_cboz(struct machine_node *node, struct dtree_value value)
{
    read_cell(&node->block[MACHINE_BLOCK_ZICBOZ], value);
}

static void read_phandle(struct machine_node *node, struct dtree_value value)
{
    read_cell(&node->phandle, value);
}

/* Old trees have this name of the property, some of them both. */
static void read_linux_phandle(struct machine_node *node, struct dtree_value value)
{
    if (node->phandle == 0) {
        read_cell(&node->phandle, value);
    }
}

static void read_timebase(struct machine_node *node, struct dtree_value value)
{
    node->timebase_hz = (uint32_t)number_of(value);
}

static void read_reg(struct machine_node *node, struct dtree_value value)
{
    node->reg = value;
}

static void read_ranges(struct machine_node *node, struct dtree_value value)
{
    node->ranges = value;
}

static void read_compatible(struct machine_node *node, struct dtree_value value)
{
    node->compatible = value;
}

static void read_isa(struct machine_node *node, struct dtree_value value)
{
    node->isa_string = value;
}

static void read_isa_extensions(struct machine_node *node, struct dtree_value value)
{
    node->isa_names = value;
}

static void read_isa_base(struct machine_node *node, struct dtree_value value)
{
    node->is_rv64i = machine_isa_base_is_rv64i((const char *)value.bytes, value.length);
}

static void read_mmu_type(struct machine_node *node, struct dtree_value value)
{
    node->mmu = text_is(value, "riscv,sv57")   ? GUEST_MMU_SV57
                : text_is(value, "riscv,sv48") ? GUEST_MMU_SV48
                                               : GUEST_MMU_SV39;
}

static void read_device_type(struct machine_node *node, struct dtree_value value)
{
    node->is_cpu = text_is(value, "cpu");
    node->is_memory = text_is(value, "memory");
}

static void read_status(struct machine_node *node, struct dtree_value value)
{
    node->is_okay = text_is(value, "okay") || text_is(value, "ok");
}

/* The binding of every controller requires one of these properties; few other nodes have one. */
static void read_irqc_property(struct machine_node *node, struct dtree_value value)
{
    (void)value;
    node->may_be_irqc = true;
}

/* Sorted by name. */
static const struct {
    const char *name;
    void (*read)(struct machine_node *node, struct dtree_value value);
} properties[] = {
    {"#address-cells", read_address_cells},
    {"#interrupt-cells", read_irqc_property},
    {"#size-cells", read_size_cells},
    {"compatible", read_compatible},
    {"device_type", read_device_type},
    {"interrupts-extended", read_irqc_property},
    {"linux,phandle", read_linux_phandle},
    {"mmu-type", read_mmu_type},
    {"msi-parent", read_irqc_property},
    {"phandle", read_phandle},
    {"ranges", read_ranges},
    {"reg", read_reg},
    {"riscv,cbom-block-size", read_cbom},
    {"riscv,cbop-block-size", read_cbop},
    {"riscv,cboz-block-size", read_cboz},
    {"riscv,isa", read_isa},
    {"riscv,isa-base", read_isa_base},
    {"riscv,isa-extensions", read_isa_extensions},
    {"status", read_status},
    {"timebase-frequency", read_timebase},
};

/* Returns the index in properties[], or their number where the name is none of them. */
static uint32_t find_property(const char *name)
{
    uint32_t first = 0;
    uint32_t end = ARRAY_COUNT(properties);
    while (first < end) {
        uint32_t middle = (first + end) / 2;
        int order = strcmp(name, properties[middle].name);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            end = middle;
        } else {
            first = middle + 1;
        }
    }
    return ARRAY_COUNT(properties);
}

static void read_property(struct reader *reader, const struct dtree_walk *walk)
{
    uint32_t name_at = (uint32_t)((const uint8_t *)walk->name - walk->tree->bytes);
    uint32_t slot = (name_at ^ name_at >> 5) % NAME_CACHE_SIZE;
    if (reader->name_at[slot] != name_at) {
        reader->name_at[slot] = name_at;
        reader->property[slot] = (uint8_t)find_property(walk->name);
    }
    uint32_t i = reader->property[slot];
    if (i < ARRAY_COUNT(properties)) {
        properties[i].read(&reader->node, (struct dtree_value){walk->value, walk->length});
    }
}

/* ---- Properties of /chosen ------------------------------------------------------------------- */

/* Arguments are taken whole or not at all: cut ones could mean something else. */
static void read_bootargs(struct reader *reader, struct dtree_value value)
{
    struct machine *machine = reader->machine;
    if (value.length > sizeof(machine->bootargs)) {
        machine->bootargs_left_out = value.length - 1;
    } else if (value.length != 0) {
        memcpy(machine->bootargs, value.bytes, value.length);
        machine->bootargs[value.length - 1] = 0;
    }
}

static void read_seed(struct reader *reader, struct dtree_value value)
{
    guest_seed_add(&reader->machine->seed, value.bytes, value.length);
}

static void read_initrd_start(struct reader *reader, struct dtree_value value)
{
    reader->initrd_start = number_of(value);
}

static void read_initrd_end(struct reader *reader, struct dtree_value value)
{
    reader->initrd_end = number_of(value);
}

static void read_stdout_path(struct reader *reader, struct dtree_value value)
{
    reader->console.path = value;
}

static const struct {
    const char *name;
    void (*read)(struct reader *reader, struct dtree_value value);
} chosen[] = {
    {"bootargs", read_bootargs},
    {"kaslr-seed", read_seed},
    {"linux,initrd-end", read_initrd_end},
    {"linux,initrd-start", read_initrd_start},
    {"rng-seed", read_seed},
    {"stdout-path", read_stdout_path},
};

static void read_chosen(struct reader *reader, const struct dtree_walk *walk)
{
    for (uint32_t i = 0; i < ARRAY_COUNT(chosen); i++) {
        if (dtree_name_is(walk->name, chosen[i].name)) {
            chosen[i].read(reader, (struct dtree_value){walk->value, walk->length});
        }
    }
}

/* ---- Devices --------------------------------------------------------------------------------- */

static void add_device(struct reader *reader, uint32_t depth, uint64_t hpa)
{
    struct machine *machine = reader->machine;
    if (machine->device_count == MACHINE_DEVICE_MAX) {
        machine->devices_left_out++;
        return;
    }
    machine->device[machine->device_count++] =
        (struct machine_device){.hpa = hpa, .at = reader->node_at, .bus = reader->bus[depth].name};
}

/* Adds one range of the node's registers, in the addresses of the bus at `depth`. */
static void add_reg(struct reader *reader, uint32_t depth, const uint8_t *cells,
                    enum machine_irqc kind)
{
    struct hyp_mem mem;
    bool okay = reader->bus[depth].okay && reader->node.is_okay;
    bool good = machine_reg(&reader->bus[depth], cells, &mem);
    uint64_t size = mem.size;
    good = good && machine_translate(reader->bus, depth, &mem);
    if (kind != MACHINE_IRQC_NONE) {
        machine_add_irqc(reader->machine, kind, good ? mem : (struct hyp_mem){0, 0},
                         okay ? reader->node_at : 0);
    }
    if (good && okay && mem.size == size) {
        add_device(reader, depth, mem.hpa);
    }
}

/* The address of the node's registers is not known. */
static void add_too_deep(struct reader *reader, enum machine_irqc kind)
{
    if (kind != MACHINE_IRQC_NONE) {
        machine_add_irqc(reader->machine, kind, machine_all_addresses, 0);
    }
    reader->machine->devices_left_out +=
        reader->bus[MACHINE_DEPTH_MAX].okay && reader->node.is_okay ? 1 : 0;
}

/* Adds the node's registers, if CPUs have addresses for what is in the nodes around it. */
static void add_node(struct reader *reader, uint32_t depth)
{
    uint32_t up = depth <= MACHINE_DEPTH_MAX ? depth - 1 : MACHINE_DEPTH_MAX;
    const struct machine_bus *bus = &reader->bus[up];
    struct dtree_value reg = reader->node.reg;
    if (reg.length == 0 || !bus->reachable) {
        return;
    }
    enum machine_irqc kind =
        reader->node.may_be_irqc ? machine_irqc_of(reader->node.compatible) : MACHINE_IRQC_NONE;
    if (up != depth - 1) {
        add_too_deep(reader, kind);
        return;
    }
    uint32_t step = 4 * (bus->address_cells + bus->size_cells);
    for (; reg.length >= step; reg.length -= step, reg.bytes += step) {
        add_reg(reader, up, reg.bytes, kind);
    }
}

/* Records the bus that a node with others within it is for these. */
static void add_bus(struct reader *reader, uint32_t depth)
{
    const struct machine_node *node = &reader->node;
    const struct machine_bus *up = &reader->bus[depth - 1];
    struct machine_console *console = &reader->console;
    struct machine_bus *bus = &reader->bus[depth];
    bus->ranges = node->ranges;
    bus->address_cells = node->address_cells;
    bus->size_cells = node->size_cells;
    bus->okay = up->okay && node->is_okay;
    bus->has_cells = bus->address_cells - 1 <= 1 && bus->size_cells - 1 <= 1;
    bus->reachable =
        bus->has_cells && (depth == 1 || (up->reachable && node->ranges.bytes != NULL));
    bus->name = 0;
    if (depth > 1 && bus->reachable && console->bus_count < MACHINE_BUS_MAX - 1) {
        bus->name = ++console->bus_count;
        console->bus[bus->name].at = reader->node_at;
        console->bus[bus->name].up = up->name;
    }
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
static void read_cpus(struct reader *reader, uint32_t depth)
{
    struct machine *machine = reader->machine;
    if (depth <= 3 && machine->timebase_hz == 0) {
        machine->timebase_hz = reader->node.timebase_hz;
    }
    if (depth == 3) {
        machine_add_hart(machine, &reader->hart, &reader->node, &reader->bus[2]);
    } else if (depth == 4) {
        machine_add_intc(machine, &reader->hart, &reader->node);
    }
}

static void read_other(struct reader *reader, uint32_t depth)
{
    if (depth != 2 || !reader->node.is_memory) {
        add_node(reader, depth);
    } else if (reader->node.is_okay) {
        machine_add_reg(reader->machine, &reader->bus[1], reader->node.reg, false);
    }
}

/* All properties of the node at `depth` have been read; `is_bus`: a node within it follows. */
static void read_node(struct reader *reader, uint32_t depth, bool is_bus)
{
    switch (reader->section) {
    case SECTION_CPUS: read_cpus(reader, depth); break;
    case SECTION_RESERVED:
        if (depth == 3) {
            machine_add_reg(reader->machine, &reader->bus[2], reader->node.reg, true);
        }
        break;
    case SECTION_CHOSEN:
    case SECTION_ALIASES: break;
    case SECTION_OTHER: read_other(reader, depth); break;
    }
    if (is_bus && depth <= MACHINE_DEPTH_MAX) {
        add_bus(reader, depth);
    }
}

static void begin_node(struct reader *reader, const struct dtree_walk *walk)
{
    reader->node_at = walk->at;
    reader->node = (struct machine_node){
        .is_okay = true, .is_rv64i = true, .address_cells = 2, .size_cells = 1};
    if (walk->depth != 2) {
        return;
    }
    reader->section = section_of(walk->name);
    if (reader->section == SECTION_ALIASES) {
        reader->console.aliases_at = walk->at;
    } else if (reader->section == SECTION_RESERVED) {
        reader->node.address_cells = reader->bus[1].address_cells; /* The default is the root's. */
        reader->node.size_cells = reader->bus[1].size_cells;
    }
}

static enum hyp_status read_nodes(struct reader *reader)
{
    struct dtree_walk walk = dtree_walk(reader->tree);
    bool is_read = true; /* The node that the walk is in. */
    enum dtree_token token;
    while ((token = dtree_next(&walk)) < DTREE_END) {
        if (token == DTREE_PROPERTY) {
            if (reader->section != SECTION_CHOSEN) {
                read_property(reader, &walk);
            } else if (walk.depth == 2) {
                read_chosen(reader, &walk);
            }
            continue;
        }
        /* The properties of a node come before the nodes within it. */
        bool begins = token == DTREE_NODE;
        if (!is_read) {
            read_node(reader, walk.depth - (begins ? 1 : 0), begins);
        }
        is_read = !begins;
        if (begins) {
            begin_node(reader, &walk);
        }
    }
    return token == DTREE_END ? HYP_OK : HYP_E_FORMAT;
}

enum hyp_status machine_read(struct machine *machine, const void *fdt, size_t size)
{
    struct dtree tree;
    struct reader reader = {.machine = machine, .tree = &tree, .bus[0].okay = true};
    memset(machine, 0, offsetof(struct machine, device));
    HYP_TRY(dtree_open(&tree, fdt, size));
    HYP_TRY(machine_read_reservations(machine, &tree));
    HYP_TRY(read_nodes(&reader));
    if (reader.initrd_start != 0 && reader.initrd_start < reader.initrd_end) {
        machine->initrd =
            (struct hyp_mem){reader.initrd_start, reader.initrd_end - reader.initrd_start};
    }
    machine_choose_plic(machine, &tree);
    machine_find_console(machine, &tree, &reader.console);
    machine->all = machine_common(machine, machine_harts(machine));
    if (machine->timebase_hz == 0 || (machine->hart_count | machine->without_h_count) == 0) {
        return HYP_E_ABSENT;
    }
    return machine->hart_count != 0 ? HYP_OK : HYP_E_UNSUPPORTED;
}

bool machine_has_device(const struct machine *machine, uint64_t hpa)
{
    for (uint32_t i = 0; i < machine->device_count; i++) {
        if (machine->device[i].hpa == hpa) {
            return true;
        }
    }
    return machine->devices_left_out != 0;
}
