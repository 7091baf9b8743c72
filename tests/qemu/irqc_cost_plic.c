/* SPDX-License-Identifier: Apache-2.0 */
/* A PLIC's costs. */
#include "irqc_cost.h"

#define PLIC UINT64_C(0x0c000000)
#define PRIORITY(source) (PLIC + 4 * (source))
#define PENDING (PLIC + 0x1000)
#define CONTEXT_OF(hart) (2 * (hart) + 1)
#define ENABLE(context) (PLIC + 0x2000 + 0x80 * (context))
#define THRESHOLD(context) (PLIC + 0x200000 + 0x1000 * (context))
#define CLAIM(context) (PLIC + 0x200004 + 0x1000 * (context))

#define ALL UINT32_MAX

void cost_set_up(void)
{
    for (uint32_t s = 1; s < SOURCES; s++) {
        put32(PRIORITY(s), 1 + s % 7);
    }
    for (uint32_t c = 0; c < 2 * HARTS; c++) {
        for (uint32_t w = 0; w < WORDS; w++) {
            put32(ENABLE(c) + 4 * w, ALL);
        }
        put32(THRESHOLD(c), 0);
    }
}

static void words(uint32_t hart, uint32_t w)
{
    uint64_t at = ENABLE(CONTEXT_OF(hart)) + 4 * w;
    COST(COST_DISABLE_WORD, put32(at, 0));
    COST(COST_ENABLE_WORD, put32(at, ALL));
    COST(COST_ENABLE_WORD, put32(at, 0x55555555));
    COST(COST_ENABLE_WORD, put32(at, 0xaaaaaaaa));
    COST(COST_ENABLE_PAIR, put64(ENABLE(CONTEXT_OF(hart)) + 4, 0));
    COST(COST_ENABLE_PAIR, put64(ENABLE(CONTEXT_OF(hart)) + 4, UINT64_MAX));
    COST(COST_READ_WORD, (void)get32(PENDING + 4 * w));
}

/* The UART's and the RTC's line are high. */
static void claims(void)
{
    for (uint32_t h = 0; h < HARTS; h++) {
        uint32_t first, second;
        COST(COST_CLAIM, first = get32(CLAIM(CONTEXT_OF(h))));
        COST(COST_CLAIM, second = get32(CLAIM(CONTEXT_OF(h))));
        COST(COST_CLAIM, (void)get32(CLAIM(CONTEXT_OF(h))));
        COST(COST_COMPLETE, put32(CLAIM(CONTEXT_OF(h)), second));
        COST(COST_COMPLETE, put32(CLAIM(CONTEXT_OF(h)), first));
    }
    for (uint32_t p = 0; p < 8; p++) {
        COST(COST_PRIORITY, put32(PRIORITY(UART), p));
        COST(COST_PRIORITY, put32(PRIORITY(RTC), 7 - p));
    }
    for (uint32_t h = 0; h < HARTS; h++) {
        COST(COST_THRESHOLD, put32(THRESHOLD(CONTEXT_OF(h)), 7));
        COST(COST_THRESHOLD, put32(THRESHOLD(CONTEXT_OF(h)), 0));
    }
}

static void changes_of(uint32_t source, bool machine)
{
    if (machine) {
        COST(COST_MACHINE_PRIORITY_ENABLED, put32(PRIORITY(source), 1));
        COST(COST_MACHINE_PRIORITY_ENABLED, put32(PRIORITY(source), 5));
    } else {
        COST(COST_OWN_PRIORITY_ENABLED, put32(PRIORITY(source), 1));
        COST(COST_OWN_PRIORITY_ENABLED, put32(PRIORITY(source), 5));
    }
    for (uint32_t c = 0; c < 2 * HARTS; c++) {
        put32(ENABLE(c) + source / 32 * 4, 0);
    }
    if (machine) {
        COST(COST_MACHINE_PRIORITY, put32(PRIORITY(source), 1));
        COST(COST_MACHINE_PRIORITY, put32(PRIORITY(source), 5));
    } else {
        COST(COST_OWN_PRIORITY, put32(PRIORITY(source), 1));
        COST(COST_OWN_PRIORITY, put32(PRIORITY(source), 5));
    }
}

void cost_cases(void)
{
    words(0, MACHINE_FIRST / 32);
    words(HARTS - 1, MACHINE_FIRST / 32);
    words(HARTS / 3, 0);
    words(HARTS / 3, WORDS - 1);
    claims();
    changes_of(OWN, false);
    if (HAS_MACHINE_WORD) {
        changes_of(MACHINE_FIRST + 4, true);
    }
}

void cost_walk_step(uint64_t random)
{
    static const uint32_t values[] = {ALL, 0, 1, 7, 0x55555555, 0xf0f0f0f0, 10, 11};
    uint64_t context = random >> 8 & 15;
    uint64_t word = random >> 12 & 31;
    uint32_t value = (random >> 5 & 1) != 0 ? (uint32_t)(random >> 24) : values[random >> 60 & 7];
    uint64_t enable = ENABLE(context) + 4 * ((random >> 17 & 1) != 0 ? word : word & 3);
    switch (random & 7) {
    case 0: (void)get32(CLAIM(context)); return;
    case 1: put32(CLAIM(context), (random >> 18 & 1) != 0 ? UART : RTC); return;
    case 2:
        put32(PRIORITY((random >> 18 & 1) != 0 ? UART + (random >> 19 & 1) : word), value);
        return;
    case 3: put32(THRESHOLD(context), value % 4); return;
    case 4: (void)get64(PENDING + 8 * (word % 16) + 4); return;
    case 5: put64(ENABLE(context) + 8 * (word % 2) + 4, (uint64_t)value << 32 | ALL); return;
    default: put32(enable, value);
    }
}
