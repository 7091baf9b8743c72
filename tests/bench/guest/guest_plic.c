/* SPDX-License-Identifier: Apache-2.0 */
/* The bench guest's PLIC. */
#include "guest.h"

#define PLIC UINT64_C(0x0c000000)

uint64_t mmio_read_measured(void);
uint64_t plic_claim_measured(uint64_t base, uint64_t offset);
void plic_complete_measured(uint64_t base, uint64_t offset, uint64_t source);

static volatile uint32_t *plic(uint64_t offset)
{
    return word_at(PLIC + offset);
}

static void bench_uart(uint64_t hart)
{
    uint64_t context = 2 * hart + 1;
    uint64_t claim = 0x200004 + 0x1000 * context;
    bool ok = true;

    *uart(1) = 0;
    *plic(4 * UART_IRQ) = 1;
    *plic(0x2000 + 0x80 * context) = 1u << UART_IRQ;
    *plic(0x200000 + 0x1000 * context) = 0;
    for (int i = 0; i < REPEAT; i++) {
        uint64_t source;

        arm(trap_uart, SIE_EXT);
        uart_irq_measured(2); /* The transmitter is empty: interrupts at once. */
        ok &= taken();
        source = plic_claim_measured(PLIC, claim);
        *uart(1) = 0;
        ok &= source == UART_IRQ;
        plic_complete_measured(PLIC, claim, source);
        ok &= *plic(claim) == 0;
    }
    *plic(0x2000 + 0x80 * context) = 0;
    say("uart_irq plic_claim plic_complete", ok ? "done" : "FAIL");
}

static void bench_read(void)
{
    bool ok = true;

    for (int i = 0; i < REPEAT; i++) {
        *plic(4 * UART_IRQ) = 1 + (i & 1);
        ok &= mmio_read_measured() == 1u + (i & 1);
    }
    say("mmio_read", ok ? "done" : "FAIL");
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
