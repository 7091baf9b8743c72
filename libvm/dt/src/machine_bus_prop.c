/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: in random trees of buses, machine_read() finds the devices that a plain walk up the
 * tree by libfdt finds, which translates first and last byte one by one, in the tree's order.
 */
#include <hyp/vm/machine.h>
#include <prop.h>

#include <libfdt.h>
#include <string.h>

static _Alignas(8) uint8_t tree[32768];
static struct machine m;
static uint32_t node_count;

/* Draws small numbers, so that ranges meet; now and then the largest ones of their cells. */
static uint32_t draw(void)
{
    return prop_u64(8) == 0 ? UINT32_MAX - (uint32_t)prop_u64(4) : (uint32_t)prop_u64(12) * 4;
}

static void put_cells(const char *name, uint32_t count)
{
    fdt32_t value[40];
    for (uint32_t i = 0; i < count; i++) {
        bool high = prop_u64(3) != 0;
        value[i] = cpu_to_fdt32(high ? 0 : draw());
        value[i] = prop_u64(3) != 0 ? cpu_to_fdt32(draw()) : value[i];
    }
    fdt_property(tree, name, value, 4 * (int)count);
}

static uint32_t draw_cells(void)
{
    return prop_u64(8) == 0 ? (uint32_t)prop_u64(4) : 1 + (uint32_t)prop_u64(2);
}

/* Puts a node with reg in the cells of the node around it, and ranges; mostly well-formed. */
static void begin_node(uint32_t address, uint32_t size, uint32_t own_address, uint32_t own_size)
{
    fdt_begin_node(tree, "n");
    if (prop_u64(3) != 0) {
        put_cells("reg", (uint32_t)prop_u64(4) * (address + size));
    }
    if (prop_u64(8) == 0) {
        fdt_property(tree, "status", prop_bool() ? "dead" : "okay", 5);
    }
    fdt_property_u32(tree, "#address-cells", own_address);
    fdt_property_u32(tree, "#size-cells", own_size);
    if (prop_u64(6) != 0) {
        uint32_t entry = own_address + address + own_size;
        put_cells("ranges", (uint32_t)prop_u64(4) * entry + (prop_u64(16) == 0 ? 1 : 0));
    }
    node_count++;
}

/* Depth first, by a count of levels to go up behind each node. */
static void make(void)
{
    uint32_t address[16] = {2};
    uint32_t size[16] = {2};
    uint32_t depth = 0;
    node_count = 0;
    memset(tree, 0, sizeof(tree));
    fdt_create(tree, sizeof(tree));
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    fdt_property_u32(tree, "#address-cells", 2);
    fdt_property_u32(tree, "#size-cells", 2);
    for (uint64_t nodes = prop_u64(12); nodes != 0; nodes--) {
        address[depth + 1] = draw_cells();
        size[depth + 1] = draw_cells();
        begin_node(address[depth], size[depth], address[depth + 1], size[depth + 1]);
        depth++;
        for (uint64_t up = prop_u64(3); depth != 0 && (up != 0 || depth == 12); up--) {
            fdt_end_node(tree);
            depth--;
            if (up == 0) {
                break;
            }
        }
    }
    for (; depth != 0; depth--) {
        fdt_end_node(tree);
    }
    fdt_end_node(tree);
    PROP_ASSERT(fdt_finish(tree) == 0);
}

/* ---- The plain walk -------------------------------------------------------------------------- */

static uint32_t cells_of(int node, const char *name)
{
    int length;
    const fdt32_t *value = fdt_getprop(tree, node, name, &length);
    return fdt32_to_cpu(*value);
}

static bool has_good_cells(int node)
{
    uint32_t address = cells_of(node, "#address-cells");
    uint32_t size = cells_of(node, "#size-cells");
    return (address == 1 || address == 2) && (size == 1 || size == 2);
}

/* The sum of two addresses does not overflow it. */
__extension__ typedef unsigned __int128 wide;

static wide number(const fdt32_t *cells, uint32_t count)
{
    wide n = 0;
    for (uint32_t i = 0; i < count; i++) {
        n = n << 32 | fdt32_to_cpu(cells[i]);
    }
    return n;
}

/* First and last byte through the bus, both by the same entry, the first that has the first one. */
static bool go_up(int bus, int up, wide *first, wide *last)
{
    int length;
    const fdt32_t *cells = fdt_getprop(tree, bus, "ranges", &length);
    uint32_t own = cells_of(bus, "#address-cells");
    uint32_t above = cells_of(up, "#address-cells");
    uint32_t entry = own + above + cells_of(bus, "#size-cells");
    wide limit = above == 1 ? (wide)1 << 32 : (wide)1 << 64;
    if (cells == NULL || length % (4 * (int)entry) != 0) {
        return false;
    }
    bool found = length == 0;
    for (int i = 0; !found && i < length / 4; i += (int)entry) {
        wide start = number(cells + i, own);
        wide size = number(cells + i + own + above, entry - own - above);
        if (*first >= start && *first < start + size) {
            if (*last >= start + size) {
                return false;
            }
            *first = *first - start + number(cells + i + own, above);
            *last = *last - start + number(cells + i + own, above);
            found = true;
        }
    }
    return found && *last < limit;
}

/* The node's ancestors, the root first; the depth of the node, which the root has as 0. */
static int ancestors(int node, int path[16])
{
    int depth = fdt_node_depth(tree, node);
    for (int i = 0; i <= depth; i++) {
        path[i] = fdt_supernode_atdepth_offset(tree, node, i, NULL);
    }
    return depth;
}

static bool is_okay(const int path[16], int depth)
{
    for (int i = 0; i <= depth; i++) {
        const char *status = fdt_getprop(tree, path[i], "status", NULL);
        if (status != NULL && strcmp(status, "okay") != 0) {
            return false;
        }
    }
    return true;
}

static bool translate(const int path[16], int depth, const fdt32_t *cells, uint64_t *hpa)
{
    uint32_t address = cells_of(path[depth - 1], "#address-cells");
    uint32_t size = cells_of(path[depth - 1], "#size-cells");
    wide first = number(cells, address);
    wide length = number(cells + address, size);
    wide last = first + length - 1;
    if (length == 0 || last >> (address * 32) != 0) {
        return false;
    }
    for (int i = depth - 1; i > 0; i--) {
        if (!go_up(path[i], path[i - 1], &first, &last)) {
            return false;
        }
    }
    *hpa = (uint64_t)first;
    return true;
}

static uint32_t check_node(int node, uint32_t seen)
{
    int path[16];
    int length;
    int depth = ancestors(node, path);
    const fdt32_t *reg = fdt_getprop(tree, node, "reg", &length);
    bool good = reg != NULL && depth > 0 && is_okay(path, depth);
    for (int i = 0; i < depth; i++) {
        good = good && has_good_cells(path[i]);
    }
    if (!good) {
        return seen;
    }
    int entry = (int)cells_of(path[depth - 1], "#address-cells") +
                (int)cells_of(path[depth - 1], "#size-cells");
    for (int i = 0; i < length / 4; i += entry) {
        uint64_t hpa;
        if (translate(path, depth, reg + i, &hpa)) {
            PROP_ASSERT(seen < m.device_count && m.device[seen].hpa == hpa);
            seen++;
        }
    }
    return seen;
}

void prop_run(void)
{
    make();
    PROP_ASSERT(machine_read(&m, tree, fdt_totalsize(tree)) == HYP_E_ABSENT);
    uint32_t seen = 0;
    int depth_max = 0;
    for (int node = 0; node >= 0; node = fdt_next_node(tree, node, NULL)) {
        int depth = fdt_node_depth(tree, node);
        depth_max = depth > depth_max ? depth : depth_max;
        seen = depth <= 8 ? check_node(node, seen) : seen;
    }
    PROP_ASSERT(m.device_count == seen);
    PROP_ASSERT(depth_max > 8 || m.devices_left_out == 0);
}
