/* SPDX-License-Identifier: Apache-2.0 */
/* An APLIC, in direct mode or in MSI mode with an IMSIC a hart. */
#include "count_aplic.h"

#define DOMAINCFG APLIC
#define DOMAINCFG_IE 0x100
#define SOURCECFG(source) (APLIC + 4 * (uint64_t)(source))
#define SOURCECFG_DETACHED 1
#define SOURCECFG_LEVEL1 6
#define SETIP (APLIC + 0x1c00)
#define SETIPNUM (APLIC + 0x1cdc)
#define CLRIPNUM (APLIC + 0x1ddc)
#define SETIENUM (APLIC + 0x1edc)
#define CLRIENUM (APLIC + 0x1fdc)
#define TARGET(source) (APLIC + 0x3000 + 4 * (uint64_t)(source))

void irqc_init(void)
{
    reg_write(DOMAINCFG, DOMAINCFG_IE);
    reg_write(SOURCECFG(UART_SOURCE), SOURCECFG_LEVEL1);
    reg_write(SOURCECFG(RTC_SOURCE), SOURCECFG_LEVEL1);
    for (uint32_t source = OTHERS; source < OTHERS_END; source++) {
        reg_write(SOURCECFG(source), SOURCECFG_DETACHED);
        reg_write(TARGET(source), mode_target(source, source % HARTS));
    }
}

void irqc_move(uint32_t source, uint64_t to)
{
    reg_write(TARGET(source), mode_target(source, to));
    reg_write(SETIENUM, source);
}

/* Interrupts of sources that have no wire come as well, from here. */
void irqc_hammer(uint64_t number)
{
    uint32_t source = OTHERS + (uint32_t)(number % (OTHERS_END - OTHERS));
    reg_write(SETIENUM, source);
    reg_write(SETIPNUM, source);
    reg_write(CLRIENUM, source);
    reg_write(TARGET(source), mode_target(source, number / 3 % HARTS));
    reg_write(SETIENUM, source);
    if (number % 4 == 0) {
        reg_write(CLRIPNUM, source);
    }
    (void)reg_read(SETIP + 4 * (number % 3));
}
