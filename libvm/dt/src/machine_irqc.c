/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt controllers of the machine's device tree, and the PLIC among them. */
#include "machine_tree.h"

#include <hyp/arch/csr.h>
#include <string.h>

/* PLIC specification, "Memory Map": each context has its page; sources are 1 to 1023. */
#define PLIC_CONTEXT UINT64_C(0x200000)
#define PLIC_SOURCE_MAX 1024

/* Controllers with other names list one of these as well. */
static const struct {
    char name[23];
    uint8_t kind;
} names[] = {
    {"sifive,plic-1.0.0", MACHINE_IRQC_PLIC}, {"riscv,plic0", MACHINE_IRQC_PLIC},
    {"thead,c900-plic", MACHINE_IRQC_PLIC},   {"andestech,nceplic100", MACHINE_IRQC_PLIC},
    {"riscv,aplic", MACHINE_IRQC_APLIC},      {"riscv,imsics", MACHINE_IRQC_IMSIC},
    {"riscv,aclint-sswi", MACHINE_IRQC_SSWI},
};

static enum machine_irqc kind_of(const uint8_t *name, uint32_t length)
{
    for (uint32_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (*name == (uint8_t)names[i].name[0] && dtree_value_is(name, length, names[i].name)) {
            return (enum machine_irqc)names[i].kind;
        }
    }
    return MACHINE_IRQC_NONE;
}

enum machine_irqc machine_irqc_of(struct dtree_value v)
{
    enum machine_irqc kind = MACHINE_IRQC_NONE;
    for (uint32_t at = 0, end; kind == MACHINE_IRQC_NONE && at < v.length; at = end) {
        for (end = at; end < v.length && v.bytes[end++] != 0;) {
        }
        kind = kind_of(v.bytes + at, end - at);
    }
    return kind;
}

const struct hyp_mem machine_all_addresses = {0, UINT64_MAX};

void machine_add_irqc(struct machine *machine, enum machine_irqc kind, struct hyp_mem mem,
                      uint32_t at)
{
    bool full = machine->regs_count == MACHINE_REGS_MAX;
    uint32_t n = full ? MACHINE_REGS_MAX - 1 : machine->regs_count++;
    machine->regs[n].owner =
        kind == MACHINE_IRQC_SSWI ? "the hypervisor's SSWI" : "the interrupt controller";
    machine->regs[n].mem = full ? machine_all_addresses : mem;
    machine->regs_of[n].at = full ? 0 : at;
    machine->regs_of[n].kind = kind;
    machine->other_irqc |= kind != MACHINE_IRQC_PLIC;
}

bool machine_irqc_begins(const struct machine *machine, uint32_t n, enum machine_irqc kind)
{
    return machine->regs_of[n].kind == kind && machine->regs_of[n].at != 0 &&
           (n == 0 || machine->regs_of[n - 1].at != machine->regs_of[n].at);
}

struct hyp_mem machine_irqc_regs(const struct machine *machine, uint32_t n)
{
    struct hyp_mem all = machine->regs[n].mem;
    uint32_t at = machine->regs_of[n].at;
    while (++n < machine->regs_count && machine->regs_of[n].at == at) {
        bool follows =
            all.hpa + all.size == machine->regs[n].mem.hpa && machine->regs[n].mem.size != 0;
        all.size = follows && all.size != 0 ? all.size + machine->regs[n].mem.size : 0;
    }
    return all;
}

struct dtree_value machine_irqc_value(const struct machine *machine, const struct dtree *t,
                                      uint32_t n, const char *name)
{
    return dtree_property(t, machine->regs_of[n].at, name);
}

uint32_t machine_irqc_number(const struct machine *machine, const struct dtree *t, uint32_t n,
                             const char *name, uint32_t missing)
{
    struct dtree_value v = machine_irqc_value(machine, t, n, name);
    return v.length >= 4 ? dtree_cell(v.bytes) : missing;
}

uint32_t machine_number_harts(const struct machine *machine, const struct dtree *tree, uint32_t n,
                              uint32_t irq, uint32_t index[HYP_HART_MAX])
{
    struct dtree_value list = machine_irqc_value(machine, tree, n, "interrupts-extended");
    uint32_t parent = 0; /* phandle of the hart's controller, for a list without phandles. */
    uint32_t step = 8;
    uint32_t count = 0;
    if (list.bytes == NULL) {
        list = machine_irqc_value(machine, tree, n, "interrupts");
        parent = machine_irqc_number(machine, tree, n, "interrupt-parent", 0);
        step = 4;
    }
    memset(index, 0xff, HYP_HART_MAX * sizeof(*index));
    for (uint32_t i = 0; list.length >= step; i++, list.length -= step, list.bytes += step) {
        uint32_t intc = step == 4 ? parent : dtree_cell(list.bytes);
        for (uint32_t hart = 0; hart < machine->hart_count; hart++) {
            if (machine->intc[hart] == intc && intc != 0 &&
                dtree_cell(list.bytes + step - 4) == irq) {
                count += index[hart] == MACHINE_NO_INDEX ? 1 : 0;
                index[hart] = i;
            }
        }
    }
    return count;
}

/* Harts whose context has no page in the registers of the tree get MACHINE_NO_INDEX. */
static uint32_t number_contexts(const struct machine *machine, const struct dtree *t, uint32_t n,
                                uint32_t index[HYP_HART_MAX])
{
    uint32_t count = machine_number_harts(machine, t, n, IRQ_S_EXT, index);
    uint64_t size = machine_irqc_regs(machine, n).size;
    for (uint32_t hart = 0; hart < machine->hart_count; hart++) {
        uint64_t end = PLIC_CONTEXT + ((index[hart] + UINT64_C(1)) << HYP_PAGE_SHIFT);
        if (index[hart] != MACHINE_NO_INDEX && end > size) {
            index[hart] = MACHINE_NO_INDEX;
            count--;
        }
    }
    return count;
}

/* A machine may have a PLIC in each socket: takes the first of those with most harts. */
void machine_choose_plic(struct machine *machine, const struct dtree *tree)
{
    uint32_t index[HYP_HART_MAX];
    uint32_t most = 0;
    memset(machine->irqc_index, 0xff, sizeof(machine->irqc_index));
    for (uint32_t n = 0; n < machine->regs_count; n++) {
        if (!machine_irqc_begins(machine, n, MACHINE_IRQC_PLIC)) {
            continue;
        }
        uint32_t count = number_contexts(machine, tree, n, index);
        if (count > most || machine->source_count == 0) {
            most = count;
            memcpy(machine->irqc_index, index, sizeof(index));
            machine->plic = machine_irqc_regs(machine, n);
            uint32_t sources = machine_irqc_number(machine, tree, n, "riscv,ndev", 0);
            machine->source_count = sources < PLIC_SOURCE_MAX ? sources + 1 : PLIC_SOURCE_MAX;
        }
    }
}
