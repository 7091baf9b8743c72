/* SPDX-License-Identifier: Apache-2.0 */
/* An APLIC in direct delivery mode. */
#include "routed_irqc.h"

#define APLIC UINT64_C(0x0d000000)
#define DOMAINCFG APLIC
#define DOMAINCFG_IE 0x100
#define SOURCECFG(source) (APLIC + 4 * (source))
#define SOURCECFG_LEVEL1 6
#define SETIENUM (APLIC + 0x1edc)
#define CLRIENUM (APLIC + 0x1fdc)
#define TARGET(source) (APLIC + 0x3000 + 4 * (source))
#define IDC(hart) (APLIC + 0x4000 + 0x20 * (hart))
#define IDELIVERY 0x00
#define ITHRESHOLD 0x08
#define CLAIMI 0x1c

void irqc_open(uint64_t hart)
{
    reg_write(DOMAINCFG, DOMAINCFG_IE);
    reg_write(IDC(hart) + ITHRESHOLD, 0);
    reg_write(IDC(hart) + IDELIVERY, 1);
}

void irqc_route(uint32_t source, uint64_t hart)
{
    reg_write(SOURCECFG(source), SOURCECFG_LEVEL1);
    reg_write(TARGET(source), (uint32_t)hart << 18 | 1);
    reg_write(SETIENUM, source);
}

void irqc_mask(uint32_t source, uint64_t hart)
{
    (void)hart;
    reg_write(CLRIENUM, source);
}

uint32_t irqc_claim(uint64_t hart)
{
    return reg_read(IDC(hart) + CLAIMI) >> 16;
}

/* Claims until nothing is pending, as Linux does: a source that is low again is not pending. */
bool irqc_is_spurious(uint32_t source)
{
    (void)source;
    return false;
}

void irqc_end(uint64_t hart, uint32_t source)
{
    (void)source;
    (void)reg_read(IDC(hart) + CLAIMI);
}
