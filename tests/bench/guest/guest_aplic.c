/* SPDX-License-Identifier: Apache-2.0 */
/* The bench guest's APLIC, in direct delivery mode. */
#include "guest.h"

#define APLIC UINT64_C(0x0d000000)
#define DOMAINCFG 0x0
#define DOMAINCFG_IE 0x100
#define SOURCECFG(source) (4 * (source))
#define SOURCECFG_LEVEL1 6
#define SETIENUM 0x1edc
#define CLRIENUM 0x1fdc
#define TARGET(source) (0x3000 + 4 * (source))
#define IDC(hart) (0x4000 + 0x20 * (hart))
#define IDELIVERY 0x00
#define ITHRESHOLD 0x08
#define CLAIMI 0x1c

uint64_t aplic_claimi_measured(uint64_t base, uint64_t offset);
uint64_t aplic_claimi_end_measured(uint64_t base, uint64_t offset);
uint64_t aplic_read_measured(uint64_t base, uint64_t offset);

static volatile uint32_t *aplic(uint64_t offset)
{
    return word_at(APLIC + offset);
}

static void open(uint64_t hart)
{
    *uart(1) = 0;
    *aplic(DOMAINCFG) = DOMAINCFG_IE;
    *aplic(IDC(hart) + ITHRESHOLD) = 0;
    *aplic(IDC(hart) + IDELIVERY) = 1;
    *aplic(SOURCECFG(UART_IRQ)) = SOURCECFG_LEVEL1;
    *aplic(TARGET(UART_IRQ)) = (uint32_t)hart << 18 | 1;
    *aplic(SETIENUM) = UART_IRQ;
}

/* Claims until nothing is left, like Linux. On QEMU's chip the level that fell is claimed,
 * too. */
static void bench_uart(uint64_t hart)
{
    uint64_t claimi = IDC(hart) + CLAIMI;
    bool ok = true;

    open(hart);
    for (int i = 0; i < REPEAT; i++) {
        arm(trap_uart, SIE_EXT);
        uart_irq_measured(2); /* The transmitter is empty: interrupts at once. */
        ok &= taken();
        ok &= aplic_claimi_measured(APLIC, claimi) == (UART_IRQ << 16 | 1);
        *uart(1) = 0;
        ok &= aplic_claimi_end_measured(APLIC, claimi) == 0 ||
              aplic_claimi_end_measured(APLIC, claimi) == 0;
    }
    *aplic(CLRIENUM) = UART_IRQ;
    say("uart_irq aplic_claimi aplic_claimi_end", ok ? "done" : "FAIL");
}

static void bench_read(void)
{
    bool ok = true;

    for (uint32_t i = 0; i < REPEAT; i++) {
        *aplic(TARGET(UART_IRQ)) = 1 + (i & 1);
        ok &= aplic_read_measured(APLIC, TARGET(UART_IRQ)) == 1 + (i & 1);
    }
    say("aplic_read", ok ? "done" : "FAIL");
}

void irqc_open_hart(void) {}

void irqc_end_ipi(void) {}

void irqc_bench(uint64_t hart)
{
    bench_uart(hart);
    bench_read();
}

void irqc_bench_other(uint64_t other)
{
    (void)other;
}
