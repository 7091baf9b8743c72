/* SPDX-License-Identifier: Apache-2.0 */
/* Direct mode. */
#include "count_aplic.h"

#define IDC(hart) (APLIC + 0x4000 + 0x20 * (uint64_t)(hart))
#define IDELIVERY 0x00
#define ITHRESHOLD 0x08
#define CLAIMI 0x1c

uint32_t mode_target(uint32_t source, uint64_t hart)
{
    return (uint32_t)hart << HART_SHIFT | (1 + source % 7);
}

void irqc_open(uint64_t hart)
{
    reg_write(IDC(hart) + ITHRESHOLD, 0);
    reg_write(IDC(hart) + IDELIVERY, 1);
}

uint32_t irqc_claim(uint64_t hart)
{
    return reg_read(IDC(hart) + CLAIMI) >> 16;
}

void irqc_end(uint64_t hart, uint32_t source)
{
    (void)hart;
    (void)source;
}
