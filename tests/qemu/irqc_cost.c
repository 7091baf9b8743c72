/* SPDX-License-Identifier: Apache-2.0 */
/* Tries a virtual controller of 1023 sources and 8 vCPUs: named cases, then a walk. */
#include <hyp/guest/guest.h>

#include "irqc_cost.h"

#define UART_IER UINT64_C(0x10000001)
#define RTC_BASE UINT64_C(0x101000)
#define RTC_ALARM_LOW (RTC_BASE + 0x08)
#define RTC_ALARM_HIGH (RTC_BASE + 0x0c)
#define RTC_IRQ_ENABLED (RTC_BASE + 0x10)

enum { TURNS = 3, STEPS = 6000 };

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)cause;
    (void)tval;
    return epc + ((*(const uint16_t *)epc & 3) == 3 ? 4 : 2);
}

/* Their lines are high from now on: the UART may always send, and the time is past. */
static void drive_lines(void)
{
    *(volatile uint8_t *)UART_IER = 2;
    put32(RTC_IRQ_ENABLED, 1);
    put32(RTC_ALARM_HIGH, 0);
    put32(RTC_ALARM_LOW, 1);
}

void guest_main(uint64_t hart, const void *fdt)
{
    uint64_t random = UINT64_C(0x9e3779b97f4a7c15);

    (void)hart;
    (void)fdt;
    drive_lines();
    for (unsigned i = 0; i < TURNS; i++) {
        COST(COST_SET_UP, cost_set_up());
        cost_cases();
    }
    COST(COST_SET_UP, cost_set_up());
    for (unsigned i = 0; i < STEPS; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        COST(COST_WALK, cost_walk_step(random));
    }
    guest_put("end\n");
    guest_shutdown(false);
}
