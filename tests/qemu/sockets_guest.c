/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual PLIC on a machine some of whose harts have no context at the physical one: its node in
 * the tree, and the interrupts that come. VM "both" has a vCPU 0 with a context and a vCPU 1
 * without; "virtual" needs none.
 */
#include "routed_irqc.h"

#include <libfdt.h>

#define UART UINT64_C(0x10000000)
#define UART_SOURCE 10

static volatile uint64_t taken[2];
static volatile uint64_t up;
static volatile uint64_t strange;

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    uint64_t hart = self();
    uint32_t source = cause == CAUSE_EXTERNAL ? irqc_claim(hart) : 0;
    (void)tval;
    if (source == RTC_SOURCE) {
        reg_write(RTC + RTC_CLEAR_INTERRUPT, 1);
    } else if (source == UART_SOURCE) {
        *(volatile uint8_t *)(UART + 1) = 0;
    } else {
        strange++;
        guest_csr_clear(sie, SEIE);
        return epc;
    }
    taken[hart]++;
    irqc_end(hart, source);
    return epc;
}

static uint32_t context_count(const void *fdt)
{
    int length = 0;
    int plic = fdt_node_offset_by_compatible(fdt, -1, "riscv,plic0");
    (void)fdt_getprop(fdt, plic, "interrupts-extended", &length);
    return (uint32_t)length / 8;
}

static void run_both(const void *fdt)
{
    check_is(tree_hart_count(fdt), 2, "both harts are in the tree");
    check_is(context_count(fdt), 2, "M and S of vCPU 0 are contexts");
    check_is((uint64_t)guest_sbi(EXT_HSM, 0, 1, (uint64_t)_start, 0).error, 0, "hart_start");
    check(reaches(&up, 1), "vCPU 1 is up");
    take_interrupts(0);
    reg_write(RTC + RTC_IRQ_ENABLED, 1);
    irqc_route(RTC_SOURCE, 0);
    ring_soon();
    check(reaches(&taken[0], 1), "an alarm on vCPU 0");
    /* The tree has no such context: the interrupt reaches no hart until a vCPU with a context
     * enables it. */
    irqc_mask(RTC_SOURCE, 0);
    irqc_route(RTC_SOURCE, 1);
    ring_soon();
    for (uint64_t end = guest_time() + GUEST_TIMEBASE_HZ / 4; guest_time() < end;) {
    }
    check_is(taken[1], 0, "no alarm on vCPU 1");
    irqc_mask(RTC_SOURCE, 1);
    irqc_route(RTC_SOURCE, 0);
    check(reaches(&taken[0], 2), "the alarm on vCPU 0");
}

static void run_virtual(const void *fdt)
{
    check_is(context_count(fdt), 2, "M and S of vCPU 0 are contexts");
    take_interrupts(0);
    irqc_route(UART_SOURCE, 0);
    *(volatile uint8_t *)(UART + 1) = 2; /* IER: the transmitter is empty. */
    check(reaches(&taken[0], 1), "an interrupt of the virtual UART");
}

void guest_main(uint64_t hart, const void *fdt)
{
    __asm__ volatile("mv tp, %0" : : "r"(hart));
    if (hart != 0) {
        take_interrupts(hart);
        up = 1;
        for (;;) {
            __asm__ volatile("wfi");
        }
    }
    if (fdt_node_offset_by_compatible(fdt, -1, "google,goldfish-rtc") >= 0) {
        run_both(fdt);
    } else {
        run_virtual(fdt);
    }
    check_is(strange, 0, "no other trap");
    check_end();
}
