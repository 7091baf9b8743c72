/* SPDX-License-Identifier: Apache-2.0 */
/* The exits guest's PLIC. */
#include "exits.h"

#define PLIC UINT64_C(0x0c000000)
#define PRIORITY(source) (PLIC + 4 * (source))
#define PENDING (PLIC + 0x1000)
#define ENABLE1 (PLIC + 0x2080) /* Context 1: S-mode of hart 0. */
#define THRESHOLD1 (PLIC + 0x201000)
#define CLAIM1 (PLIC + 0x201004)

const uint64_t exits_words[2] = {PRIORITY(12), ENABLE1 + 4};

const uint64_t exits_addresses[] = {
    PLIC + 4 * 11,   PLIC + 4 * 11 + 1, PLIC + 4 * 11 + 2, PENDING, PENDING + 4,
    ENABLE1,         ENABLE1 + 4,       THRESHOLD1,        CLAIM1,  PLIC + 0x5ffffc,
    PLIC + 0x5fffff, PLIC + 0x600000,   PLIC - 4,          0,
};

/* Claims and completes. Each round masks the source in another way, round 0 not at all. */
static void go_through(uint64_t source, void (*line)(bool high))
{
    for (unsigned i = 0; i < 4; i++) {
        exits_put(PRIORITY(source), i == 1 ? 0 : 3);
        exits_put(THRESHOLD1, i == 2 ? 3 : 0);
        exits_put(ENABLE1, i == 3 ? 0 : 1u << source);
        line(true);
        exits_load(2, 5 + i * 6, PENDING);
        exits_load(2, 6 + i * 6, CLAIM1);
        exits_load(2, 7, CLAIM1);
        exits_load(2, 7, PENDING);
        line(false);
        exits_put(CLAIM1, source);
        exits_put(CLAIM1, source);
        exits_put(PRIORITY(source), 3);
        exits_put(THRESHOLD1, 0);
        exits_put(ENABLE1, 1u << source);
        exits_load(2, 8, CLAIM1);
        exits_put(CLAIM1, source);
    }
}

void exits_interrupts(void)
{
    go_through(UART_IRQ, exits_uart_line);
    go_through(RTC_IRQ, exits_rtc_line);
}
