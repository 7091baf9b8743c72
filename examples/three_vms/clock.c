/* SPDX-License-Identifier: Apache-2.0 */
/* A guest with the machine's RTC (QEMU's "google,goldfish-rtc"): prints the time, and ends. */
#include <hyp/guest/guest.h>

#define RTC UINT64_C(0x101000) /* config.c has its address. */

/* Nanoseconds since 1970; a read of the low word keeps the high word for the next read. */
static uint64_t rtc_read(void)
{
    uint64_t low = guest_read32(RTC);
    return (uint64_t)guest_read32(RTC + 4) << 32 | low;
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    uint64_t seconds = rtc_read() / 1000000000;
    guest_put("seconds since 1970: ");
    guest_put_dec(seconds);
    guest_put("\n");
    guest_shutdown(seconds == 0);
}
