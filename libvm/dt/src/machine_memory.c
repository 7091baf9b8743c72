/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of RAM, and of memory that is reserved. */
#include "machine_tree.h"

static void add_memory(struct machine *machine, struct hyp_mem range)
{
    if (machine->mem_count < MACHINE_RANGE_MAX) {
        machine->mem[machine->mem_count++] = range;
    } else {
        machine->mem_left_out++;
    }
}

/* The smallest range that covers both. */
static struct hyp_mem span(struct hyp_mem a, struct hyp_mem b)
{
    uint64_t start = a.hpa < b.hpa ? a.hpa : b.hpa;
    uint64_t end = a.hpa + a.size;
    end = end > b.hpa + b.size ? end : b.hpa + b.size;
    return (struct hyp_mem){.hpa = start, .size = end - start};
}

/*
 * VMs would be given memory that is not listed. If there is no room, the range that has to grow
 * least grows over this one, and over free memory between them, which may hold the image.
 */
static void add_reserved(struct machine *machine, struct hyp_mem range)
{
    if (machine->reserved_count < MACHINE_RANGE_MAX) {
        machine->reserved[machine->reserved_count++] = range;
        return;
    }
    struct hyp_mem *least = &machine->reserved[0];
    for (uint32_t i = 1; i < MACHINE_RANGE_MAX; i++) {
        struct hyp_mem *own = &machine->reserved[i];
        if (span(*own, range).size - own->size < span(*least, range).size - least->size) {
            least = own;
        }
    }
    *least = span(*least, range);
    machine->reserved_merged++;
}

void machine_add_range(struct machine *machine, uint64_t start, uint64_t size, bool reserved)
{
    struct hyp_mem range = {.hpa = start, .size = size <= -start - 1 ? size : -start - 1};
    if (range.size == 0) {
        return;
    }
    if (reserved) {
        add_reserved(machine, range);
    } else {
        add_memory(machine, range);
    }
}

void machine_reserve(struct machine *machine, uint64_t start, uint64_t size)
{
    machine_add_range(machine, start, size, true);
}

void machine_add_reg(struct machine *machine, const struct machine_bus *bus, struct dtree_value reg,
                     bool reserved)
{
    uint32_t step = 4 * (bus->address_cells + bus->size_cells);
    if (!bus->has_cells) {
        machine_add_range(machine, 0, reserved && reg.length != 0 ? UINT64_MAX : 0, reserved);
        return;
    }
    for (; reg.length >= step; reg.length -= step, reg.bytes += step) {
        uint64_t start = dtree_cells(reg.bytes, bus->address_cells);
        uint64_t size = dtree_cells(reg.bytes + (size_t)4 * bus->address_cells, bus->size_cells);
        machine_add_range(machine, start, size, reserved);
    }
}

enum hyp_status machine_read_reservations(struct machine *machine, const struct dtree *tree)
{
    for (uint32_t i = 0;; i++) {
        uint64_t start;
        uint64_t size;
        enum hyp_status status = dtree_reserved(tree, i, &start, &size);
        if (status != HYP_OK) {
            return status == HYP_E_ABSENT ? HYP_OK : status;
        }
        machine_add_range(machine, start, size, true);
    }
}
