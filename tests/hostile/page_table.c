/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's own page tables where no memory is: access faults, as on a machine without it. */
#include "hostile.h"

#define GIB UINT64_C(0x40000000)
#define PTE_V UINT64_C(0x1)
#define PTE_LEAF UINT64_C(0xcf) /* D A X W R V */
#define PTE_U UINT64_C(0x10)

static uint64_t l1[512] __attribute__((aligned(4096)));
static char name[64];

void hostile_second(uint64_t hart, uint64_t opaque)
{
    (void)hart;
    (void)opaque;
}

static uint64_t pointer(uint64_t address)
{
    return address >> 12 << 10 | PTE_V;
}

static uint64_t leaf(uint64_t address, bool user)
{
    return address >> 12 << 10 | PTE_LEAF | (user ? PTE_U : 0);
}

static const char *join(const char *a, const char *b)
{
    size_t n = 0;
    for (; *a != 0; a++) {
        name[n++] = *a;
    }
    for (; *b != 0; b++) {
        name[n++] = *b;
    }
    name[n] = 0;
    return name;
}

/* All kinds of access to `at`, which has no translation or no memory. */
static void all_kinds(const char *what, uint64_t at)
{
    hostile_trap(join(what, ".load"), try_ld, at, LOAD_ACCESS, at);
    hostile_trap(join(what, ".lbu"), try_lbu, at + 5, LOAD_ACCESS, at + 5);
    hostile_trap(join(what, ".lr"), try_lr, at, LOAD_ACCESS, at);
    hostile_trap(join(what, ".fld"), try_fld, at, LOAD_ACCESS, at);
    hostile_trap(join(what, ".store"), try_sd, at, STORE_ACCESS, at);
    hostile_trap(join(what, ".amo"), try_amo, at, STORE_ACCESS, at);
    hostile_trap(join(what, ".fsd"), try_fsd, at, STORE_ACCESS, at);
    hostile_trap(join(what, ".fetch"), try_jump, at, INSN_ACCESS, at);
}

static void group(bool user)
{
    hostile_set_user(user);
    all_kinds("root_at_unmapped", 16 * GIB + 0x1238);
    all_kinds("root_at_plic", 17 * GIB + 0x1238);
    all_kinds("root_at_uart", 18 * GIB);
    all_kinds("root_at_end_of_ppn", 19 * GIB + 0x3ffffff8);
    all_kinds("root_at_2_45", 20 * GIB);
    all_kinds("root_behind_ram", 25 * GIB + 0x40);
    all_kinds("leaf_at_2_50", (user ? 21 : 24) * GIB + 0x4560);
    all_kinds("l1_at_unmapped", 22 * GIB + 0x1238);
    all_kinds("l1_leaf_unmapped", 22 * GIB + (user ? 2 : 1) * UINT64_C(0x200000) + 0x1238);
    uint64_t rom = 23 * GIB + 0x1238;
    hostile_trap("root_at_rom.load", try_ld, rom, LOAD_PAGE, rom);
    hostile_trap("root_at_rom.store", try_sd, rom, STORE_PAGE, rom);
    hostile_trap("root_at_rom.fetch", try_jump, rom, INSN_PAGE, rom);
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    hostile_begin();
    hostile_root[16] = pointer(UNMAPPED);
    hostile_root[17] = pointer(PLIC);
    hostile_root[18] = pointer(UART);
    hostile_root[19] = UINT64_C(0x003ffffffffffc00) | PTE_V;
    hostile_root[20] = pointer(UINT64_C(1) << 45);
    hostile_root[21] = leaf(UINT64_C(1) << 50, true);
    hostile_root[22] = pointer((uint64_t)l1);
    hostile_root[23] = pointer(ROM);
    hostile_root[24] = leaf(UINT64_C(1) << 50, false);
    hostile_root[25] = pointer(RAM + RAM_SIZE);
    l1[0] = pointer(UNMAPPED);
    l1[1] = leaf(UNMAPPED, false);
    l1[2] = leaf(UNMAPPED, true);
    hostile_paging_on();
    group(false);
    group(true);
    hostile_done("page_table");
    guest_shutdown(false);
}
