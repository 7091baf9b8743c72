/* SPDX-License-Identifier: Apache-2.0 */
/* The bench guest's IMSICs, one a hart, and the APLIC that sends to them. */
#include "guest.h"

#define APLIC UINT64_C(0x0d000000)
#define DOMAINCFG 0x0
#define DOMAINCFG_IE_DM 0x104
#define SOURCECFG(source) (4 * (source))
#define SOURCECFG_LEVEL1 6
#define SETIENUM 0x1edc
#define CLRIENUM 0x1fdc
#define TARGET(source) (0x3000 + 4 * (source))

#define IMSIC_PAGE(hart) (UINT64_C(0x28000000) + 0x1000 * (hart))

/* CSRs 0x150, 0x151 are siselect and sireg: names that this assembler does not know. */
#define EIDELIVERY 0x70
#define EITHRESHOLD 0x72
#define EIE0 0xc0

enum { IPI_IDENTITY = 1, UART_IDENTITY = 30 };

uint64_t imsic_claim_measured(void);
void ipi_imsic_measured(uint64_t page, uint64_t identity);
void aplic_setipnum_measured(uint64_t base, uint64_t source);

static volatile uint32_t *aplic(uint64_t offset)
{
    return word_at(APLIC + offset);
}

static void write_indirect(uint64_t selector, uint64_t value)
{
    csr_write(0x150, selector);
    csr_write(0x151, value);
}

void irqc_open_hart(void)
{
    write_indirect(EITHRESHOLD, 0);
    write_indirect(EIE0, 1u << IPI_IDENTITY | 1u << UART_IDENTITY);
    write_indirect(EIDELIVERY, 1);
}

void irqc_end_ipi(void)
{
    csr_write(0x15c, 0); /* stopei */
}

static void open(uint64_t hart)
{
    *uart(1) = 0;
    irqc_open_hart();
    *aplic(DOMAINCFG) = DOMAINCFG_IE_DM;
    *aplic(SOURCECFG(UART_IRQ)) = SOURCECFG_LEVEL1;
    *aplic(TARGET(UART_IRQ)) = (uint32_t)hart << 18 | UART_IDENTITY;
    *aplic(SETIENUM) = UART_IRQ;
}

/* Retriggers a level after each message, like Linux. */
static void bench_uart(uint64_t hart)
{
    bool ok = true;

    open(hart);
    for (int i = 0; i < REPEAT; i++) {
        arm(trap_uart, SIE_EXT);
        uart_irq_measured(2); /* The transmitter is empty: interrupts at once. */
        ok &= taken();
        ok &= imsic_claim_measured() == UART_IDENTITY;
        *uart(1) = 0;
        aplic_setipnum_measured(APLIC, UART_IRQ);
    }
    *aplic(CLRIENUM) = UART_IRQ;
    say("uart_irq imsic_claim aplic_setipnum", ok ? "done" : "FAIL");
}

static void send_imsic(uint64_t hart)
{
    ipi_imsic_measured(IMSIC_PAGE(hart), IPI_IDENTITY);
}

static void bench_ipi_imsic(uint64_t other)
{
    bool ok;

    second_takes(trap_ipi_imsic, SIE_EXT);
    ok = second_wakes(send_ipi, other); /* Its next turn. */
    for (int i = 0; i < REPEAT && ok; i++) {
        ok = second_wakes(send_imsic, other);
    }
    say("ipi_imsic", ok ? "done" : "FAIL");
}

void irqc_bench(uint64_t hart)
{
    bench_uart(hart);
}

void irqc_bench_other(uint64_t other)
{
    bench_ipi_imsic(other);
}
