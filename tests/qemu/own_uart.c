/* SPDX-License-Identifier: Apache-2.0 */
/* Writes to a UART of its own for some seconds; a VM without a device tree has none, and ends. */
#include <hyp/guest/guest.h>

#define UART ((volatile uint8_t *)0x10000000)
#define LSR 5
#define LSR_THRE 0x20
#define LINES 60
#define PAUSE (GUEST_TIMEBASE_HZ / 20)

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)cause;
    (void)epc;
    (void)tval;
    guest_shutdown(true);
}

static void put(const char *s)
{
    for (; *s != 0; s++) {
        while ((UART[LSR] & LSR_THRE) == 0) {
        }
        UART[0] = (uint8_t)*s;
    }
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    for (int n = 0; fdt != 0 && n < LINES; n++) {
        uint64_t begin = guest_time();
        const char text[] = {'o',  'w', 'n', ' ', (char)('0' + n / 10), (char)('0' + n % 10),
                             '\n', 0};
        put(text);
        while (guest_time() - begin < PAUSE) {
        }
    }
    if (fdt != 0) {
        put("own end\n");
    }
    guest_shutdown(false);
}
