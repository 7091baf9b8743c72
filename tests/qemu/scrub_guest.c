/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest in memory that was full of old data: bytes that no file fills are 0, files and kept
 * regions have their content, and read-only regions are read-only on each hart.
 *
 * Bootargs: "left" or "right" of scrub.c; "left untold": the command line has no size of the
 * kernel, so that memory behind it keeps its content. "tree": the VM of scrub_tree.c, whose memory
 * held the machine's device tree alone.
 */
#include "check.h"

#include <libfdt.h>
#include <string.h>

#include "scrub.h"

#define CAUSE_STORE_ACCESS 7
#define HSM 0x48534d
#define WAIT (60 * GUEST_TIMEBASE_HZ)
#define KEPT_BYTE 0xc3 /* KEPT of scrub.py. */
#define OLD_BYTE 0x5a

extern uint64_t first_dirt;
extern uint8_t guest_file_end[];
extern uint8_t guest_bss_end[];

static volatile uint64_t trap_cause;
static volatile uint64_t other_cause[2];
static volatile uint64_t other_done;

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)tval;
    trap_cause = cause;
    return epc + 4;
}

static uint64_t cause_of_store(uint64_t at)
{
    trap_cause = 0;
    __asm__ volatile(".option push\n.option norvc\nsd zero, 0(%0)\n.option pop"
                     :
                     : "r"(at)
                     : "memory");
    return trap_cause;
}

/* The address of the first byte in [from, to) that is not `want`, or `to`. */
static uint64_t first_other(uint64_t from, uint64_t to, uint8_t want)
{
    uint64_t word = UINT64_C(0x0101010101010101) * want;
    while (from < to) {
        if (from % 8 == 0 && to - from >= 8 && *(volatile const uint64_t *)from == word) {
            from += 8;
        } else if (*(volatile const uint8_t *)from == want) {
            from++;
        } else {
            return from;
        }
    }
    return from;
}

static void check_bytes(uint64_t from, uint64_t to, uint8_t want, const char *what)
{
    uint64_t at = first_other(from, to, want);
    if (at < to) {
        guest_put_hex(*(volatile const uint8_t *)at);
        guest_put(" at ");
        guest_put_hex(at);
        guest_put("\n");
    }
    check(at == to, what);
}

/* BUILD.bazel makes the file: byte n is 7n + 3. */
static void check_file(uint64_t at)
{
    bool right = true;
    for (uint32_t i = 0; i < SCRUB_FILE_SIZE; i++) {
        right = right && *(volatile const uint8_t *)(at + i) == (uint8_t)(7 * i + 3);
    }
    check(right, "the embedded file is whole");
}

/* From the kernel's end to `end`, but for the device tree; .bss was looked at before it was used.
 */
static void check_ram(const void *fdt, uint64_t end)
{
    uint64_t tree = (uint64_t)fdt;
    uint64_t bss_end = (uint64_t)guest_bss_end;
    check_is(first_dirt, 0, "what lies behind the kernel is 0 at its first instruction");
    check_bytes(bss_end, tree, 0, "from there to the device tree");
    check_bytes(tree + fdt_totalsize(fdt), end, 0, "behind the device tree");
}

static void check_left_regions(void)
{
    uint64_t file = SCRUB_ROM + 0x1003;
    check_bytes(SCRUB_ROM, file, 0, "before the file in read-only memory");
    check_file(file);
    check_bytes(file + SCRUB_FILE_SIZE, SCRUB_ROM + SCRUB_ROM_SIZE, 0, "behind it");
    check_bytes(SCRUB_CODE, SCRUB_CODE + SCRUB_CODE_SIZE, 0, "executable memory");
    check_bytes(SCRUB_KEPT, SCRUB_KEPT + SCRUB_KEPT_SIZE, KEPT_BYTE, "memory that is kept");
    check_bytes(SCRUB_KEPT_ROM, SCRUB_KEPT_ROM + SCRUB_KEPT_ROM_SIZE, KEPT_BYTE,
                "read-only memory that is kept");
}

static void check_read_only(void)
{
    check_is(cause_of_store(SCRUB_ROM + 0x2000), CAUSE_STORE_ACCESS, "read-only is so");
    check_is(cause_of_store(SCRUB_CODE), CAUSE_STORE_ACCESS, "executable is not writable");
    check_is(cause_of_store(SCRUB_KEPT_ROM), CAUSE_STORE_ACCESS, "kept read-only is so");
    check_is(cause_of_store(SCRUB_KEPT), 0, "kept is writable");
}

static void check_other_harts(uint32_t count)
{
    for (uint32_t hart = 1; hart < count; hart++) {
        other_done = 0;
        (void)guest_sbi(HSM, 0, hart, (uint64_t)_start, 0);
        uint64_t end = guest_time() + WAIT;
        while (other_done == 0 && guest_time() < end) {
        }
        check_is(other_done, hart, "another hart starts");
        check_is(other_cause[0], CAUSE_STORE_ACCESS, "read-only is so there");
        check_is(other_cause[1], CAUSE_STORE_ACCESS, "executable is not writable there");
    }
}

static void run_left(const void *fdt)
{
    check_ram(fdt, SCRUB_RAM + SCRUB_LEFT_SIZE);
    check_left_regions();
    check_read_only();
    check_other_harts(tree_hart_count(fdt));
}

/* The device tree fills its page to the last byte here or not; the file ends the region. */
static void run_right(const void *fdt)
{
    uint64_t file = SCRUB_RAM + SCRUB_RIGHT_SIZE - SCRUB_FILE_SIZE;
    check_ram(fdt, file);
    check_file(file);
}

static void run_untold(const void *fdt)
{
    uint64_t room_end = SCRUB_RAM + SCRUB_ROOM;
    check_bytes((uint64_t)guest_bss_end, room_end, OLD_BYTE, "a file of untold size is kept");
    check_bytes(room_end, (uint64_t)fdt, 0, "behind its room");
}

static void run_tree(void)
{
    check_is(first_dirt, 0, "what lies behind the kernel is 0");
    check_bytes((uint64_t)guest_bss_end, SCRUB_RAM + SCRUB_LEFT_SIZE, 0, "no device tree");
}

void guest_main(uint64_t hart, const void *fdt)
{
    if (hart != 0) {
        other_cause[0] = cause_of_store(SCRUB_ROM + 0x2000);
        other_cause[1] = cause_of_store(SCRUB_CODE);
        other_done = hart;
        return;
    }
    const char *args = tree_bootargs(fdt);
    if (strcmp(args, "left") == 0) {
        run_left(fdt);
    } else if (strcmp(args, "right") == 0) {
        run_right(fdt);
    } else if (strcmp(args, "tree") == 0) {
        run_tree();
    } else {
        run_untold(fdt);
    }
    check_end();
}
