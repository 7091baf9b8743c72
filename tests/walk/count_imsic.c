/* SPDX-License-Identifier: Apache-2.0 */
/* MSI mode, with an IMSIC a hart. */
#include "count_aplic.h"

#define SETIPNUM_LE (APLIC + 0x2000)

/* CSRs 0x150, 0x151, 0x15c are siselect, sireg, stopei: names that this assembler does not know. */
#define EIDELIVERY 0x70
#define EITHRESHOLD 0x72
#define EIE0 0xc0

#define IDENTITY(source) (UINT32_C(4) + (source)) /* Not the source's own number. */

uint32_t mode_target(uint32_t source, uint64_t hart)
{
    return (uint32_t)hart << HART_SHIFT | IDENTITY(source);
}

void irqc_open(uint64_t hart)
{
    (void)hart;
    guest_csr_write(0x150, EITHRESHOLD);
    guest_csr_write(0x151, 0);
    guest_csr_write(0x150, EIE0);
    guest_csr_write(0x151, UINT64_MAX);
    guest_csr_write(0x150, EIDELIVERY);
    guest_csr_write(0x151, 1);
}

uint32_t irqc_claim(uint64_t hart)
{
    uint64_t top;
    (void)hart;
    __asm__ volatile("csrrw %0, 0x15c, zero" : "=r"(top) : : "memory");
    return top == 0 ? 0 : (uint32_t)(top >> 16) - IDENTITY(0);
}

/* Sends a level that is still high once more, like Linux. */
void irqc_end(uint64_t hart, uint32_t source)
{
    (void)hart;
    if (source < OTHERS) {
        reg_write(SETIPNUM_LE, source);
    }
}
