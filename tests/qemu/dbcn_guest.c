/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Console calls with buffers over ranges of RAM that touch each other, and marks around the calls
 * that cost the most: region 0 writes, 1 reads, 2 fences of a range.
 */
#include "check.h"

#include "tests/bench/guest/mark.h"

#include <string.h>

#define DBCN 0x4442434e
#define WRITE 0
#define READ 1
#define RFENCE 0x52464e43
#define SFENCE_VMA 1
#define INVALID_PARAM (-3)

#define RANGES UINT64_C(0x80400000) /* Seven pages, a range each; RAM below is another one. */
#define PAGE UINT64_C(0x1000)
#define READ_ONLY (RANGES + 6 * PAGE)
#define END (RANGES + 7 * PAGE)

#define TURNS 1000
#define PATIENCE 2000000

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)cause, (void)tval;
    check(false, "unexpected trap");
    check_end();
    return epc;
}

static struct guest_sbi dbcn(uint64_t fid, uint64_t gpa, uint64_t size)
{
    return guest_sbi(DBCN, fid, size, gpa, 0);
}

static void check_refused(uint64_t fid, uint64_t gpa, uint64_t size, const char *what)
{
    struct guest_sbi r = dbcn(fid, gpa, size);
    check(r.error == INVALID_PARAM && r.value == 0, what);
}

/* Repeats the call until all bytes are taken. */
static void write_all(uint64_t gpa, uint64_t size)
{
    while (size != 0) {
        struct guest_sbi r = dbcn(WRITE, gpa, size);
        if (r.error != 0) {
            check(false, "write");
            return;
        }
        gpa += r.value;
        size -= r.value;
    }
}

static void ranges(void)
{
    static const char text[] = "over two ranges\n";
    char *at = (char *)RANGES - 5;
    memcpy(at, text, sizeof(text) - 1);
    write_all((uint64_t)at, sizeof(text) - 1);
    at = (char *)RANGES + 3 * PAGE - 9;
    memcpy(at, text, sizeof(text) - 1);
    write_all((uint64_t)at, sizeof(text) - 1);
    check(dbcn(WRITE, RANGES - 1, PAGE + 2).error == 0, "over three ranges");
    check(dbcn(WRITE, READ_ONLY - 1, PAGE + 1).error == 0, "up to the end");
    check_refused(WRITE, READ_ONLY - 1, PAGE + 2, "one byte beyond the end");
    check_refused(WRITE, END, 1, "behind the end");
    check_refused(WRITE, RANGES, UINT64_MAX, "over the end of the address space");
    check_refused(WRITE, UINT64_C(0x7fffffff), 2, "from before the first range");
    check(dbcn(READ, READ_ONLY - PAGE, PAGE).error == 0, "read into what may be written");
    check_refused(READ, READ_ONLY - 1, 2, "read into what may not be written");
}

/* Every alignment, into a ring with room and into a full one; the buffer goes over all ranges. */
static void cost_of_writes(void)
{
    memset((char *)RANGES - 64, '.', 64 + PAGE);
    for (uint64_t i = 0; i < TURNS; i++) {
        uint64_t gpa = RANGES - 1 - i % 64;
        HYP_MARK(HYP_MARK_START, 0);
        struct guest_sbi r = dbcn(WRITE, gpa, END - gpa);
        HYP_MARK(HYP_MARK_END, 0);
        if (r.error != 0) {
            check(false, "write over all ranges");
        }
        if (i % 16 == 0) {
            for (volatile unsigned n = 0; n < PATIENCE / 100; n++) {
            }
        }
    }
    guest_put("\n");
}

/* Input is typed while it waits; a call takes as much of it as one call does. */
static void cost_of_reads(void)
{
    uint64_t most = 0;
    for (unsigned i = 0; i < 24; i++) {
        guest_put("more\n");
        for (volatile unsigned n = 0; n < PATIENCE; n++) {
        }
        uint64_t gpa = RANGES - 1 - i % 8;
        HYP_MARK(HYP_MARK_START, 1);
        struct guest_sbi r = dbcn(READ, gpa, READ_ONLY - gpa);
        HYP_MARK(HYP_MARK_END, 1);
        most = r.value > most ? r.value : most;
    }
    check(most >= 16, "input");
}

/* A range of any size on this hart, from the middle of a page. */
static void cost_of_fences(void)
{
    for (uint64_t pages = 1; pages <= 256; pages *= 2) {
        register uint64_t mask __asm__("a0") = 1;
        register uint64_t base __asm__("a1") = 0;
        register uint64_t start __asm__("a2") = RANGES + PAGE / 2;
        register uint64_t size __asm__("a3") = pages * PAGE;
        register uint64_t fid __asm__("a6") = SFENCE_VMA;
        register uint64_t ext __asm__("a7") = RFENCE;
        HYP_MARK(HYP_MARK_START, 2);
        __asm__ volatile("ecall"
                         : "+r"(mask), "+r"(base)
                         : "r"(start), "r"(size), "r"(fid), "r"(ext)
                         : "memory");
        HYP_MARK(HYP_MARK_END, 2);
    }
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart, (void)fdt;
    ranges();
    cost_of_writes();
    cost_of_fences();
    cost_of_reads();
    check_end();
}
