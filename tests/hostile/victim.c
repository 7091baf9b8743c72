/* SPDX-License-Identifier: Apache-2.0 */
/* Computes, and writes one line. */
#include <hyp/guest/guest.h>

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)cause;
    (void)tval;
    return epc;
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    guest_put("computes\n");
    for (;;) {
    }
}
