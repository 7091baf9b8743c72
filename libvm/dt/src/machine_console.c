/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the device that /chosen/stdout-path names. */
#include "machine_tree.h"

#include <stddef.h>

/* Returns the length of a path, without the options behind a colon. */
static uint32_t path_length(struct dtree_value v)
{
    uint32_t n = 0;
    while (n < v.length && v.bytes[n] != 0 && v.bytes[n] != ':') {
        n++;
    }
    return n;
}

/* True if the name is this text, or this text and a unit address. */
static bool name_fits(const char *name, const uint8_t *text, uint32_t n)
{
    for (; n != 0 && *name == (char)*text; n--) {
        name++;
        text++;
    }
    return n == 0 && (*name == 0 || *name == '@');
}

/* A path that does not begin with / names a property of /aliases, whose value is the path. */
static struct dtree_value whole_path(const struct machine_console *console,
                                     const struct dtree *tree)
{
    struct dtree_value path = console->path;
    struct dtree_walk w = dtree_walk(tree);
    if (path.length == 0 || path.bytes[0] == '/' || console->aliases_at == 0) {
        return path;
    }
    w.next = console->aliases_at;
    (void)dtree_next(&w);
    uint32_t n = path_length(path);
    while (dtree_next(&w) == DTREE_PROPERTY) {
        if (name_fits(w.name, path.bytes, n)) {
            return (struct dtree_value){.bytes = w.value, .length = w.length};
        }
    }
    return (struct dtree_value){0};
}

/* Returns the length of the last name of the path. */
static uint32_t last_name(const uint8_t *path, uint32_t end)
{
    uint32_t n = 0;
    while (n < end && path[end - n - 1] != '/') {
        n++;
    }
    return n;
}

/* A node's name follows its token. */
static bool node_fits(const struct dtree *t, uint32_t at, const uint8_t *text, uint32_t n)
{
    return name_fits((const char *)t->bytes + at + 4, text, n);
}

/* True if path[0 .. end), which ends with a /, is the path of the bus. */
static bool bus_fits(const struct machine_console *c, const struct dtree *t, uint32_t bus,
                     const uint8_t *path, uint32_t end)
{
    for (; bus != 0 && end != 0; bus = c->bus[bus].up) {
        uint32_t n = last_name(path, --end);
        end -= n;
        if (!node_fits(t, c->bus[bus].at, path + end, n)) {
            return false;
        }
    }
    return bus == 0 && end == 1;
}

/* Several devices may have the name, if it has no unit address. */
void machine_find_console(struct machine *machine, const struct dtree *tree,
                          const struct machine_console *console)
{
    struct dtree_value path = whole_path(console, tree);
    uint32_t end = path_length(path);
    uint32_t n = last_name(path.bytes, end);
    uint32_t found = 0;
    for (uint32_t i = 0; end != 0 && i < machine->device_count; i++) {
        const struct machine_device *device = &machine->device[i];
        bool first =
            i == 0 || machine->device[i - 1].at != device->at; /* A device's ranges follow it. */
        if (first && node_fits(tree, device->at, path.bytes + end - n, n) &&
            bus_fits(console, tree, device->bus, path.bytes, end - n)) {
            machine->stdout_regs = (struct hyp_mem){.hpa = device->hpa, .size = 1};
            found++;
        }
    }
    bool unknown = machine->devices_left_out != 0 || console->bus_count == MACHINE_BUS_MAX - 1;
    if (found > 1 || (end != 0 && found == 0 && unknown)) {
        machine->stdout_regs = (struct hyp_mem){.hpa = 0, .size = UINT64_MAX};
    }
}
