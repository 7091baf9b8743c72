/* SPDX-License-Identifier: Apache-2.0 */
/* The IMSIC of the exits guest, whose accesses do not exit, and the APLIC that sends to it. */
#include "exits.h"

#define APLIC UINT64_C(0x0d000000)
#define DOMAINCFG APLIC
#define DOMAINCFG_IE_DM 0x104
#define SOURCECFG(source) (APLIC + 4 * (source))
#define LEVEL1 6
#define SETIP (APLIC + 0x1c00)
#define IN_CLRIP (APLIC + 0x1d00)
#define SETIENUM (APLIC + 0x1edc)
#define CLRIENUM (APLIC + 0x1fdc)
#define SETIPNUM_LE (APLIC + 0x2000)
#define SETIPNUM_BE (APLIC + 0x2004)
#define GENMSI (APLIC + 0x3000)
#define TARGET(source) (APLIC + 0x3000 + 4 * (source))

#define IMSIC UINT64_C(0x28000000)

/* CSRs 0x150, 0x151, 0x15c are siselect, sireg, stopei. */
#define EIDELIVERY 0x70
#define EITHRESHOLD 0x72
#define EIE0 0xc0
#define IDENTITY(source) (UINT32_C(20) + (source))
#define GENMSI_IDENTITY 5

const uint64_t exits_words[2] = {TARGET(12), TARGET(13)};

const uint64_t exits_addresses[] = {
    DOMAINCFG,
    SOURCECFG(12),
    SOURCECFG(12) + 1,
    SOURCECFG(12) + 2,
    SETIP,
    IN_CLRIP,
    SETIENUM,
    CLRIENUM,
    SETIPNUM_LE,
    SETIPNUM_BE,
    GENMSI,
    TARGET(12),
    APLIC + 0x4000,
    APLIC + 0x7ffc,
    APLIC + 0x7fff,
    APLIC + 0x8000,
    APLIC - 4,
    IMSIC + 0x2000,
    0,
};

static void open_file(void)
{
    guest_csr_write(0x150, EITHRESHOLD);
    guest_csr_write(0x151, 0);
    guest_csr_write(0x150, EIE0);
    guest_csr_write(0x151, UINT64_MAX);
    guest_csr_write(0x150, EIDELIVERY);
    guest_csr_write(0x151, 1);
}

/* Claims all that are pending. */
static void claim_all(void)
{
    uint64_t top;
    do {
        __asm__ volatile("csrrw %0, 0x15c, zero" : "=r"(top) : : "memory");
        exits_show(top);
    } while (top != 0);
}

static void look(void)
{
    exits_load(2, 5, SETIP);
    exits_load(2, 6, IN_CLRIP);
}

/* A level is sent, ends while it is high, which sends it again, and ends while it is low. */
static void go_through(uint64_t source, void (*line)(bool high))
{
    exits_put(SOURCECFG(source), LEVEL1);
    exits_put(TARGET(source), IDENTITY(source));
    for (unsigned i = 0; i < 2; i++) {
        exits_put(i == 1 ? CLRIENUM : SETIENUM, source);
        line(true);
        look();
        claim_all();
        exits_put(i == 0 ? SETIPNUM_LE : SETIPNUM_BE, i == 0 ? source : source << 24);
        claim_all();
        line(false);
        exits_put(SETIPNUM_LE, source);
        claim_all();
        look();
    }
}

void exits_interrupts(void)
{
    exits_put(DOMAINCFG, DOMAINCFG_IE_DM);
    open_file();
    claim_all();
    exits_put(GENMSI, GENMSI_IDENTITY);
    claim_all();
    go_through(UART_IRQ, exits_uart_line);
    go_through(RTC_IRQ, exits_rtc_line);
}
