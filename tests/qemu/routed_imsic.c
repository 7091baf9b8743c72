/* SPDX-License-Identifier: Apache-2.0 */
/* An IMSIC a hart, and an APLIC that sends to them. */
#include "routed_irqc.h"

#include <hyp/guest/guest.h>

#define APLIC UINT64_C(0x0d000000)
#define DOMAINCFG APLIC
#define DOMAINCFG_IE 0x100
#define DOMAINCFG_DM 0x4
#define SOURCECFG(source) (APLIC + 4 * (source))
#define SOURCECFG_LEVEL1 6
#define SETIENUM (APLIC + 0x1edc)
#define CLRIENUM (APLIC + 0x1fdc)
#define SETIPNUM_LE (APLIC + 0x2000)
#define TARGET(source) (APLIC + 0x3000 + 4 * (source))

/* CSRs 0x150, 0x151, 0x15c are siselect, sireg, stopei: names that this assembler does not know. */
#define EIDELIVERY 0x70
#define EITHRESHOLD 0x72
#define EIE0 0xc0

#define IDENTITY(source) (UINT32_C(20) + (source)) /* It differs from the source's number. */

void irqc_open(uint64_t hart)
{
    (void)hart;
    guest_csr_write(0x150, EITHRESHOLD);
    guest_csr_write(0x151, 0);
    guest_csr_write(0x150, EIE0);
    guest_csr_write(0x151, UINT64_C(1) << IDENTITY(RTC_SOURCE));
    guest_csr_write(0x150, EIDELIVERY);
    guest_csr_write(0x151, 1);
    reg_write(DOMAINCFG, DOMAINCFG_IE | DOMAINCFG_DM);
}

/* Each hart has enabled the identity; the target register of the APLIC selects one. */
void irqc_route(uint32_t source, uint64_t hart)
{
    reg_write(SOURCECFG(source), SOURCECFG_LEVEL1);
    reg_write(TARGET(source), (uint32_t)hart << 18 | IDENTITY(source));
    reg_write(SETIENUM, source);
}

void irqc_mask(uint32_t source, uint64_t hart)
{
    (void)hart;
    reg_write(CLRIENUM, source);
}

uint32_t irqc_claim(uint64_t hart)
{
    uint64_t top;
    (void)hart;
    __asm__ volatile("csrrw %0, 0x15c, zero" : "=r"(top) : : "memory");
    return top == 0 ? 0 : (uint32_t)(top >> 16) - IDENTITY(0);
}

/*
 * The signal of an interrupt file may stay for a short time after the claim that ended it. The next
 * claim then finds nothing.
 */
bool irqc_is_spurious(uint32_t source)
{
    return source == 0;
}

void irqc_end(uint64_t hart, uint32_t source)
{
    (void)hart;
    reg_write(SETIPNUM_LE, source);
}
