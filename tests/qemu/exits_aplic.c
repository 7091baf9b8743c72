/* SPDX-License-Identifier: Apache-2.0 */
/* The exits guest's APLIC, in direct delivery mode. */
#include "exits.h"

#define APLIC UINT64_C(0x0d000000)
#define DOMAINCFG APLIC
#define DOMAINCFG_IE 0x100
#define SOURCECFG(source) (APLIC + 4 * (source))
#define LEVEL1 6
#define EDGE1 4
#define SETIP (APLIC + 0x1c00)
#define SETIPNUM (APLIC + 0x1cdc)
#define IN_CLRIP (APLIC + 0x1d00)
#define CLRIPNUM (APLIC + 0x1ddc)
#define SETIE (APLIC + 0x1e00)
#define SETIENUM (APLIC + 0x1edc)
#define CLRIE (APLIC + 0x1f00)
#define CLRIENUM (APLIC + 0x1fdc)
#define SETIPNUM_LE (APLIC + 0x2000)
#define SETIPNUM_BE (APLIC + 0x2004)
#define GENMSI (APLIC + 0x3000)
#define TARGET(source) (APLIC + 0x3000 + 4 * (source))
#define IDC(hart) (APLIC + 0x4000 + 0x20 * (hart))
#define IDELIVERY 0x00
#define IFORCE 0x04
#define ITHRESHOLD 0x08
#define TOPI 0x18
#define CLAIMI 0x1c

const uint64_t exits_words[2] = {TARGET(12), IDC(0) + ITHRESHOLD};

const uint64_t exits_addresses[] = {
    DOMAINCFG,
    SOURCECFG(12),
    SOURCECFG(12) + 1,
    SOURCECFG(12) + 2,
    SETIP,
    SETIPNUM,
    IN_CLRIP,
    CLRIPNUM,
    SETIE,
    SETIENUM,
    CLRIE,
    CLRIENUM,
    SETIPNUM_LE,
    SETIPNUM_BE,
    GENMSI,
    TARGET(12),
    IDC(0),
    IDC(0) + IFORCE,
    IDC(0) + ITHRESHOLD,
    IDC(0) + TOPI,
    IDC(0) + CLAIMI,
    IDC(1) + CLAIMI,
    IDC(2),
    APLIC + 0x7ffc,
    APLIC + 0x7fff,
    APLIC + 0x8000,
    APLIC - 4,
    0,
};

static void look(unsigned reg)
{
    exits_load(2, reg, SETIP);
    exits_load(2, reg, IN_CLRIP);
    exits_load(2, reg, SETIE);
    exits_load(2, reg + 1, IDC(0) + TOPI);
}

/* Claims until nothing is pending. Each round masks the source in another way, round 0 not at all.
 */
static void go_through(uint64_t source, uint64_t mode, void (*line)(bool high))
{
    exits_put(SOURCECFG(source), mode);
    for (unsigned i = 0; i < 5; i++) {
        exits_put(DOMAINCFG, i == 1 ? 0 : DOMAINCFG_IE);
        exits_put(TARGET(source), 3);
        exits_put(IDC(0) + ITHRESHOLD, i == 2 ? 3 : 0);
        exits_put(IDC(0) + IDELIVERY, i != 3);
        exits_put(i == 4 ? CLRIENUM : SETIENUM, source);
        line(true);
        look(5 + i * 4);
        exits_load(2, 6 + i * 4, IDC(0) + CLAIMI);
        exits_load(2, 7, IDC(0) + CLAIMI);
        line(false);
        look(8);
        exits_load(2, 9, IDC(0) + CLAIMI);
        exits_put(DOMAINCFG, DOMAINCFG_IE);
        exits_put(IDC(0) + ITHRESHOLD, 0);
        exits_put(IDC(0) + IDELIVERY, 1);
        exits_put(SETIE, 1u << source);
        exits_load(2, 9, IDC(0) + CLAIMI);
        exits_put(CLRIE, 1u << source);
    }
}

/* A source that has no line, by registers alone. */
static void by_number(uint64_t source)
{
    static const uint64_t sets[] = {SETIPNUM, SETIPNUM_LE};
    exits_put(SOURCECFG(source), EDGE1);
    exits_put(TARGET(source), 2);
    exits_put(SETIENUM, source);
    for (unsigned i = 0; i < 2; i++) {
        exits_put(sets[i], source);
        look(5);
        exits_put(CLRIPNUM, source);
        exits_put(SETIP, 1u << source);
        exits_load(2, 7, IDC(0) + CLAIMI);
        exits_put(SETIPNUM_BE, source << 24);
        exits_put(IN_CLRIP, 1u << source);
        exits_put(IDC(0) + IFORCE, 1);
        exits_load(2, 7, IDC(0) + CLAIMI);
    }
    exits_put(SOURCECFG(source), 0);
}

void exits_interrupts(void)
{
    by_number(12);
    go_through(UART_IRQ, LEVEL1, exits_uart_line);
    go_through(UART_IRQ, EDGE1, exits_uart_line);
    go_through(RTC_IRQ, LEVEL1, exits_rtc_line);
    go_through(RTC_IRQ, EDGE1, exits_rtc_line);
}
