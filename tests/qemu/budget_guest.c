/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaves as often as its budget allows, once it has booted, and then more often: budget.c. Of what
 * it prints each line is an exit as well.
 */
#include "check.h"

#define SBI_BASE 0x10
#define BOOT (2 * GUEST_TIMEBASE_HZ) /* Above boot_s. */
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
    (void)hart, (void)fdt;
    leave(1000); /* While it boots it may. */
    rest(BOOT);
    leave(WITHIN);
    rest(GUEST_TIMEBASE_HZ / 2);
    guest_put("guest: within\n");
    rest(GUEST_TIMEBASE_HZ / 2);
    leave(BEYOND);
    rest(GUEST_TIMEBASE_HZ / 2);
    guest_put("guest: beyond\n");
    check_end();
}
