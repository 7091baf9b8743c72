/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vm_has_memory() against a map of bytes: ranges in any order, with holes of one byte or none, at
 * both ends of the address space.
 */
#include <prop.h>

#include <hyp/base/bits.h>
#include <hyp/vm/vm.h>

#define HALF 8 /* Bytes below 2^64, and as many from 0. */
#define CELLS (2 * HALF)

static uint8_t map[CELLS]; /* Access of the byte at `cell - HALF`. */

static bool expected(uint64_t cell, uint64_t size, unsigned access)
{
    uint64_t end = cell < HALF ? HALF : CELLS; /* An address does not wrap. */
    if (size > end - cell) {
        return false;
    }
    for (uint64_t i = 0; i < (size != 0 ? size : 1); i++) {
        if ((map[cell + i] & access) != access) {
            return false;
        }
    }
    return true;
}

/* Takes a free range of cells on one side of address 0, or none. */
static bool draw_range(struct vm_mem *m)
{
    uint64_t cell = prop_u64(CELLS);
    uint64_t end = cell < HALF ? HALF : CELLS;
    uint64_t size = 0;
    uint8_t access = (uint8_t)prop_range(0, 7);
    for (uint64_t most = prop_range(1, 4);
         size < most && cell + size < end && map[cell + size] == 0; size++) {
    }
    *m = (struct vm_mem){.gpa = cell - HALF, .size = size, .access = access};
    for (uint64_t i = 0; i < size; i++) {
        map[cell + i] = (uint8_t)(0x80 | (access != 0 ? access : HYP_ACCESS_RWX));
    }
    return size != 0;
}

void prop_run(void)
{
    struct vm_mem mem[8];
    struct vm_config config = {.mem = mem};
    struct vm vm = {.config = &config};
    for (unsigned i = 0; i < CELLS; i++) {
        map[i] = 0;
    }
    for (uint64_t n = prop_u64(9); n != 0; n--) {
        config.mem_count += draw_range(&mem[config.mem_count]);
    }
    for (unsigned i = 0; i < 4; i++) {
        static const uint64_t large[] = {UINT64_MAX, UINT64_MAX - HALF, BIT(63)};
        uint64_t cell = prop_u64(CELLS);
        uint64_t size = prop_u64(8) == 0 ? large[prop_u64(3)] : prop_u64(CELLS);
        unsigned access = 1u << prop_u64(3);
        PROP_ASSERT(vm_has_memory(&vm, cell - HALF, size, access) == expected(cell, size, access));
    }
}
