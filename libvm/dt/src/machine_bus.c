/* SPDX-License-Identifier: Apache-2.0 */
/* Translates a bus's addresses to those that CPUs have: Devicetree Specification, "ranges". */
#include "machine_tree.h"

/* True if the last byte has an address of so many cells. */
static bool fits(const struct hyp_mem *mem, uint32_t cells)
{
    uint64_t last = mem->hpa + mem->size - 1;
    return mem->size != 0 && last >= mem->hpa && (cells != 1 || last <= UINT32_MAX);
}

bool machine_reg(const struct machine_bus *bus, const uint8_t *cells, struct hyp_mem *reg)
{
    reg->hpa = dtree_cells(cells, bus->address_cells);
    reg->size = dtree_cells(cells + (size_t)4 * bus->address_cells, bus->size_cells);
    return fits(reg, bus->address_cells);
}

/* Translates by the first range of the bus that has the first byte; without ranges one to one. */
static bool pass(const struct machine_bus *bus, uint32_t up_cells, struct hyp_mem *mem)
{
    struct dtree_value v = bus->ranges;
    size_t up = (size_t)4 * bus->address_cells;
    size_t size = up + (size_t)4 * up_cells;
    uint32_t step = (uint32_t)size + 4 * bus->size_cells;
    if (v.length == 0) {
        return fits(mem, up_cells);
    }
    for (v.length = v.length % step == 0 ? v.length : 0; v.length != 0;
         v.length -= step, v.bytes += step) {
        uint64_t start = dtree_cells(v.bytes, bus->address_cells);
        uint64_t length = dtree_cells(v.bytes + size, bus->size_cells);
        uint64_t offset = mem->hpa - start;
        if (mem->hpa >= start && offset < length) {
            start = dtree_cells(v.bytes + up, up_cells);
            mem->hpa = start + offset;
            mem->size = mem->size < length - offset ? mem->size : length - offset;
            return mem->hpa >= start && fits(mem, up_cells);
        }
    }
    return false;
}

bool machine_translate(const struct machine_bus *bus, uint32_t depth, struct hyp_mem *mem)
{
    for (; depth > 1; depth--) {
        if (!pass(&bus[depth], bus[depth - 1].address_cells, mem)) {
            return false;
        }
    }
    return true;
}
