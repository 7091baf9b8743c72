/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes as many exits as its budget (budget.c) allows after boot, and then more. Bootargs "print":
 * it prints a line before and after, and each line is an exit, too. "end": it shuts down then.
 * "stay": it runs on.
 */
#include "check.h"

#include <string.h>

#define SBI_BASE 0x10
#define BOOT (2 * GUEST_TIMEBASE_HZ)  /* More than grace_s. */
#define ROUND (2 * GUEST_TIMEBASE_HZ) /* -icount: each of five harts has run for 100 ms. */
#define WITHIN 60
#define BEYOND 60

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)tval;
    check_is(cause, 0, "no trap");
    return epc + 4;
}

static void leave(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        (void)guest_sbi(SBI_BASE, 0, 0, 0, 0);
    }
}

static void rest(uint64_t ticks)
{
    uint64_t end = guest_time() + ticks;
    while (guest_time() < end) {
    }
}

void guest_main(uint64_t hart, const void *fdt)
{
    const char *args = tree_bootargs(fdt);
    (void)hart;
    leave(1000); /* A guest that boots has no budget. */
    rest(BOOT);
    leave(WITHIN);
    if (strcmp(args, "print") == 0) {
        rest(ROUND);
        guest_put("guest: within\n");
        rest(ROUND);
    }
    leave(BEYOND);
    while (strcmp(args, "stay") == 0) {
    }
    if (strcmp(args, "print") == 0) {
        rest(ROUND);
        guest_put("guest: beyond\n");
    }
    guest_shutdown(false);
}
