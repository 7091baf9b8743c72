/* SPDX-License-Identifier: Apache-2.0 */
/* Harts, sorted by id, and what each kind of them has. */
#include "machine_isa.h"
#include "machine_tree.h"

#include <string.h>

/* Most harts have the same ISA, which is parsed once. */
static const struct machine_isa *parse_isa(struct machine_hart_reader *reader,
                                           const struct machine_node *node)
{
    bool is_list = node->isa_names.length != 0 && node->isa_names.bytes[0] != 0;
    struct dtree_value value = is_list ? node->isa_names : node->isa_string;
    if (!node->is_rv64i) {
        value.bytes = NULL;
    }
    if (value.bytes != NULL && reader->isa_text.bytes != NULL && is_list == reader->isa_is_list &&
        value.length == reader->isa_text.length &&
        memcmp(value.bytes, reader->isa_text.bytes, value.length) == 0) {
        return &reader->isa;
    }
    const char *text = (const char *)value.bytes;
    reader->isa_text = value;
    reader->isa_is_list = is_list;
    reader->isa = value.bytes == NULL ? (struct machine_isa){0}
                  : is_list           ? machine_isa_of_names(text, value.length)
                                      : machine_isa_of_string(text, value.length);
    return &reader->isa;
}

_Static_assert(GUEST_ISA_ZICBOZ - GUEST_ISA_ZICBOM == MACHINE_BLOCK_ZICBOZ, "block[]");

/* Leaves what both have. An extension is not usable if its block size is missing. */
static void keep_common(struct machine_grant *grant, const struct machine_grant *other)
{
    grant->isa &= other->isa;
    grant->mmu = grant->mmu < other->mmu ? grant->mmu : other->mmu;
    for (uint32_t i = 0; i < ARRAY_COUNT(grant->block); i++) {
        grant->block[i] = grant->block[i] == other->block[i] ? grant->block[i] : 0;
        grant->isa &= ~(grant->block[i] == 0 ? BIT(GUEST_ISA_ZICBOM + i) : 0);
    }
}

static uint8_t add_kind(struct machine *machine, const struct machine_grant *own)
{
    uint32_t kind = 0;
    while (kind < machine->kind_count && memcmp(&machine->kind[kind], own, sizeof(*own)) != 0) {
        kind++;
    }
    if (kind == MACHINE_KIND_MAX) {
        kind--;
        keep_common(&machine->kind[kind], own);
    } else if (kind == machine->kind_count) {
        machine->kind[machine->kind_count++] = *own;
    }
    return (uint8_t)kind;
}

struct machine_grant machine_common(const struct machine *machine, uint64_t harts)
{
    struct machine_grant common = {.isa = 0};
    bool first = true;
    for (uint32_t i = 0; i < machine->hart_count; i++) {
        const struct machine_grant *own = &machine->kind[machine->hart_kind[i]];
        if ((harts & BIT(i)) != 0) {
            common = first ? *own : common;
            first = false;
            keep_common(&common, own);
        }
    }
    return common;
}

uint32_t machine_find_hart(const struct machine *machine, uint64_t hart_id)
{
    for (uint32_t i = 0; i < machine->hart_count; i++) {
        if (machine->hart_id[i] == hart_id) {
            return i;
        }
    }
    return MACHINE_NO_INDEX;
}

static void insert_hart(struct machine *machine, uint64_t id, uint8_t kind)
{
    uint32_t i = machine->hart_count++;
    for (; i > 0 && machine->hart_id[i - 1] > id; i--) {
        machine->hart_id[i] = machine->hart_id[i - 1];
        machine->hart_kind[i] = machine->hart_kind[i - 1];
        machine->intc[i] = machine->intc[i - 1];
    }
    machine->hart_id[i] = id;
    machine->hart_kind[i] = kind;
    machine->intc[i] = 0;
}

static void add_without_h(struct machine *machine, uint64_t id)
{
    if (machine->without_h_count < MACHINE_WITHOUT_H) {
        machine->without_h[machine->without_h_count] = id;
    }
    machine->without_h_count++;
}

void machine_add_hart(struct machine *machine, struct machine_hart_reader *reader,
                      const struct machine_node *node, const struct machine_bus *cpus)
{
    reader->has_hart = false;
    if (!node->is_cpu || !node->is_okay || node->reg.length < 4) {
        return;
    }
    uint64_t id = dtree_cells(node->reg.bytes, node->reg.length >= 8 ? cpus->address_cells : 1);
    const struct machine_isa *isa = parse_isa(reader, node);
    if (!isa->h) {
        add_without_h(machine, id);
        return;
    }
    if (machine->hart_count == HYP_HART_MAX) {
        machine->harts_left_out++;
        return;
    }
    reader->has_hart = true;
    reader->hart_id = id;
    struct machine_grant own = {.isa = isa->set, .mmu = node->mmu};
    memcpy(own.block, node->block, sizeof(own.block));
    keep_common(&own, &own);
    insert_hart(machine, id, add_kind(machine, &own));
}

void machine_add_intc(struct machine *machine, const struct machine_hart_reader *reader,
                      const struct machine_node *node)
{
    struct dtree_value compatible = node->compatible;
    if (!reader->has_hart ||
        !dtree_value_has(compatible.bytes, compatible.length, "riscv,cpu-intc")) {
        return;
    }
    for (uint32_t i = 0; i < machine->hart_count; i++) {
        if (machine->hart_id[i] == reader->hart_id && machine->intc[i] == 0) {
            machine->intc[i] = node->phandle;
        }
    }
}
