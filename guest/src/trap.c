/* SPDX-License-Identifier: Apache-2.0 */
/* The trap handler of guests that expect no trap. */
#include <hyp/guest/guest.h>

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    guest_put("guest: unexpected trap, scause ");
    guest_put_hex(cause);
    guest_put(" sepc ");
    guest_put_hex(epc);
    guest_put(" stval ");
    guest_put_hex(tval);
    guest_put("\n");
    guest_shutdown(true);
}
