/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of the machine's device tree share. Pure. */
#pragma once

#include <hyp/arch/dtree.h>
#include <hyp/vm/machine.h>

/* ---- machine_bus.c: addresses as CPUs have them ---------------------------------------------- */

/* Nodes are followed to this depth; the root has 1. */
#define MACHINE_DEPTH_MAX 8

/* What a node says to those within it. */
struct machine_bus {
    struct dtree_value ranges;
    uint32_t address_cells;
    uint32_t size_cells;
    bool has_cells; /* 1 or 2 of each. */
    bool okay;      /* Neither it nor a node around it is disabled. */
    bool reachable; /* CPUs have addresses for what is within. */
    uint32_t name;  /* In the list of machine_console, if reachable; 0: the root. */
};

/* One entry of a reg by this bus: false where it is empty, or beyond what its cells can say. */
bool machine_reg(const struct machine_bus *bus, const uint8_t *cells, struct hyp_mem *reg);

/*
 * From addresses within bus[depth], which is reachable, to the root's, bus[1]. It is cut where a
 * bus on the way does not pass all of it on; false: none of it has an address.
 */
bool machine_translate(const struct machine_bus *bus, uint32_t depth, struct hyp_mem *mem);

/* ---- machine_console.c: the firmware's console ----------------------------------------------- */

#define MACHINE_BUS_MAX 24

struct machine_console {
    struct dtree_value path; /* /chosen's stdout-path. */
    uint32_t aliases_at;     /* The token of that node; 0: there is none. */
    /* Nodes that have devices within: the token, and which one it is in. [0] is the root. */
    struct {
        uint32_t at;
        uint32_t up;
    } bus[MACHINE_BUS_MAX];
    uint32_t bus_count;
};

/* Which of m's devices it is: m->stdout_regs. */
void machine_find_console(struct machine *m, const struct dtree *t,
                          const struct machine_console *console);

/* ---- machine_irqc.c: interrupt controllers --------------------------------------------------- */

/* What a node is by its compatible. */
enum machine_irqc machine_irqc_of(struct dtree_value compatible);

/* Entry `n` is of the tree, of use, and the first of its node. */
bool machine_irqc_begins(const struct machine *m, uint32_t n, enum machine_irqc kind);

/* The registers of the node of entry n; size 0: several ranges that do not continue each other. */
struct hyp_mem machine_irqc_regs(const struct machine *m, uint32_t n);

/* Property `name` of the node of entry `n`; as a number, `missing` where it is not there. */
struct dtree_value machine_irqc_value(const struct machine *m, const struct dtree *t, uint32_t n,
                                      const char *name);
uint32_t machine_irqc_number(const struct machine *m, const struct dtree *t, uint32_t n,
                             const char *name, uint32_t missing);

/*
 * A hart's number is the place of its interrupt `irq` in the node's interrupts-extended; or in its
 * interrupts, which are all of one hart, the node's own interrupt-parent. Returns how many harts
 * have one; the others get MACHINE_NO_INDEX.
 */
uint32_t machine_number_harts(const struct machine *m, const struct dtree *t, uint32_t n,
                              uint32_t irq, uint32_t index[HYP_HART_MAX]);

/* Which PLIC the harts are served by: m->plic, irqc_index and source_count. */
void machine_choose_plic(struct machine *m, const struct dtree *t);
