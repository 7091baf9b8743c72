/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the readers of the machine's device tree. Pure. */
#pragma once

#include <hyp/arch/dtree.h>
#include <hyp/vm/machine.h>

#include "machine_isa.h"

/* ---- machine.c: the properties of one node --------------------------------------------------- */

/* The properties of a node. A value whose bytes are NULL: there is no such property. */
struct machine_node {
    struct dtree_value reg;
    struct dtree_value ranges;
    struct dtree_value compatible;
    struct dtree_value isa_string; /* riscv,isa */
    struct dtree_value isa_names;  /* riscv,isa-extensions */
    uint32_t address_cells;        /* Cells of addresses within the node. */
    uint32_t size_cells;
    uint32_t phandle;                    /* 0: there is none. */
    uint32_t block[MACHINE_BLOCK_COUNT]; /* riscv,cbom-block-size and so on. */
    uint32_t timebase_hz;
    enum guest_mmu mmu;
    bool is_okay; /* status */
    bool is_cpu;  /* device_type */
    bool is_memory;
    bool is_rv64i;    /* riscv,isa-base */
    bool may_be_irqc; /* Has a property that interrupt controllers have. */
};

/* ---- machine_bus.c: addresses as CPUs have them ---------------------------------------------- */

/* Nodes are followed to this depth; the root has 1. */
#define MACHINE_DEPTH_MAX 8

/* A node that has others within it, and the translation of their addresses. */
struct machine_bus {
    struct dtree_value ranges;
    uint32_t address_cells;
    uint32_t size_cells;
    bool has_cells; /* 1 or 2 of each. */
    bool okay;      /* Neither it nor a node around it is disabled. */
    bool reachable; /* CPUs have addresses for what is within. */
    uint32_t name;  /* Index in machine_console.bus; 0: the root, or a bus without an entry. */
};

/* Reads one entry of a reg; false: it is empty, or ends beyond the addresses of its cells. */
bool machine_reg(const struct machine_bus *bus, const uint8_t *cells, struct hyp_mem *reg);

/*
 * Translates addresses within bus[depth], which is reachable, to the root's, bus[1]. The range is
 * cut if a bus on the way passes only a part of it on; false: none of it has an address.
 */
bool machine_translate(const struct machine_bus *bus, uint32_t depth, struct hyp_mem *mem);

/* ---- machine_memory.c: RAM and reserved memory ----------------------------------------------- */

/* Adds a range, unless it is empty; one that would pass 2^64 ends there. */
void machine_add_range(struct machine *machine, uint64_t start, uint64_t size, bool reserved);

/* Adds the ranges of a reg of this bus. Reserved ones that cannot be read may be all memory. */
void machine_add_reg(struct machine *machine, const struct machine_bus *bus, struct dtree_value reg,
                     bool reserved);

/* Adds the memory reservation block. Returns HYP_OK or HYP_E_FORMAT. */
enum hyp_status machine_read_reservations(struct machine *machine, const struct dtree *tree);

/* ---- machine_hart.c: harts ------------------------------------------------------------------- */

struct machine_hart_reader {
    uint64_t hart_id;
    bool has_hart; /* The last cpu node was that of a hart that is used, hart_id. */
    bool isa_is_list;
    struct dtree_value isa_text;
    struct machine_isa isa; /* The ISA that isa_text spells. */
};

/* Adds the hart of a node in /cpus, if it is one and has H; `cpus` is /cpus. */
void machine_add_hart(struct machine *machine, struct machine_hart_reader *reader,
                      const struct machine_node *node, const struct machine_bus *cpus);

/* Adds the interrupt controller of the last hart, if the node, which lies in the hart's, is that.
 */
void machine_add_intc(struct machine *machine, const struct machine_hart_reader *reader,
                      const struct machine_node *node);

/* ---- machine_console.c: the firmware's console ----------------------------------------------- */

#define MACHINE_BUS_MAX 24

struct machine_console {
    struct dtree_value path; /* /chosen's stdout-path. */
    uint32_t aliases_at;     /* The token of that node; 0: there is none. */
    /* Nodes with devices within: offset of the token, index of the bus around it. [0]: the root. */
    struct {
        uint32_t at;
        uint32_t up;
    } bus[MACHINE_BUS_MAX];
    uint32_t bus_count;
};

/* Finds the console among the devices, and sets machine->stdout_regs. */
void machine_find_console(struct machine *machine, const struct dtree *t,
                          const struct machine_console *console);

/* ---- machine_irqc.c: interrupt controllers --------------------------------------------------- */

/* Returns the kind of controller that a node with this compatible is. */
enum machine_irqc machine_irqc_of(struct dtree_value compatible);

extern const struct hyp_mem machine_all_addresses;

/*
 * Adds a range of a controller's registers; size 0: CPUs have no address for it. `at` is its node's
 * offset; 0: it is of no use. The status of the node does not matter: the firmware disables
 * controllers that it keeps to itself.
 */
void machine_add_irqc(struct machine *machine, enum machine_irqc kind, struct hyp_mem mem,
                      uint32_t at);

/* True if entry `n` is the first one of a node of this kind that is of use. */
bool machine_irqc_begins(const struct machine *machine, uint32_t n, enum machine_irqc kind);

/* Returns all registers of the node of entry n; size 0: its ranges do not follow each other. */
struct hyp_mem machine_irqc_regs(const struct machine *machine, uint32_t n);

/* Property `name` of the node of entry `n`; as a number, `missing` if there is none. */
struct dtree_value machine_irqc_value(const struct machine *machine, const struct dtree *t,
                                      uint32_t n, const char *name);
uint32_t machine_irqc_number(const struct machine *machine, const struct dtree *t, uint32_t n,
                             const char *name, uint32_t missing);

/*
 * Numbers the harts by the position of their interrupt `irq` in the node's interrupts-extended, or
 * in its interrupts, which all belong to the hart of the node's interrupt-parent. Returns the count
 * of harts that have a number; the others get MACHINE_NO_INDEX.
 */
uint32_t machine_number_harts(const struct machine *machine, const struct dtree *t, uint32_t n,
                              uint32_t irq, uint32_t index[HYP_HART_MAX]);

/* Selects the PLIC that is used, and sets machine->plic, irqc_index and source_count. */
void machine_choose_plic(struct machine *machine, const struct dtree *t);
