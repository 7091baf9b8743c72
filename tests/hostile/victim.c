/* SPDX-License-Identifier: Apache-2.0 */
/* Computes, and marks each two million instructions for the instruction counter. */
#include "../bench/guest/mark.h"
#include "../guests/guest.h"

#define TURNS 1000000u

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
        uint64_t left = TURNS;
        __asm__ volatile("1: addi %0, %0, -1\n"
                         "bnez %0, 1b\n"
                         : "+r"(left));
        HYP_MARK(HYP_MARK_BEAT, 7);
    }
}
