/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that memory is RAM which nobody else has, by the machine's tree. */
#include <hyp/base/range.h>
#include <hyp/vm/machine.h>

/* Physical addresses have 56 bits in every paging mode. */
#define PA_LIMIT BIT(56)

static struct range range_of(struct hyp_mem mem)
{
    return (struct range){.start = mem.hpa, .size = mem.size};
}

/* Returns the range of RAM that has this byte, or an empty one. */
static struct range ram_at(const struct machine *machine, uint64_t at)
{
    for (uint32_t i = 0; i < machine->mem_count; i++) {
        if (range_contains(range_of(machine->mem[i]), at)) {
            return range_of(machine->mem[i]);
        }
    }
    return (struct range){0};
}

/* RAM may come in several ranges; *with is the one that ends too early. */
static bool is_ram(const struct machine *machine, struct range own, struct range *with)
{
    uint64_t at = own.start;
    for (uint32_t i = 0; i <= machine->mem_count; i++) {
        struct range ram = ram_at(machine, at);
        if (ram.size == 0) {
            return false;
        }
        *with = ram;
        at = ram.start + ram.size;
        if (at - own.start >= own.size) {
            return true;
        }
    }
    return false;
}

enum machine_clash machine_find_clash(const struct machine *machine, struct range own,
                                      struct range *with)
{
    *with = (struct range){0};
    if (!range_covers((struct range){0, PA_LIMIT}, own.start, own.size) ||
        !is_ram(machine, own, with)) {
        return MACHINE_CLASH_NO_RAM;
    }
    for (uint32_t i = 0; i < machine->reserved_count; i++) {
        *with = range_of(machine->reserved[i]);
        if (range_overlaps(*with, own)) {
            return MACHINE_CLASH_RESERVED;
        }
    }
    *with = range_of(machine->initrd);
    return range_overlaps(*with, own) ? MACHINE_CLASH_INITRD : MACHINE_CLASH_NONE;
}
