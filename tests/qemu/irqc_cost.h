/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accesses to a virtual controller whose exits are counted. Each case is between two marks; the
 * driver (irqc_cost.py) finds its name here. OWN_ and MACHINE_ cases have limits of their own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/bench/guest/mark.h"

#define COST_NONE 0
#define COST_SET_UP 1
#define COST_SETIE_WORD 2
#define COST_CLRIE_WORD 3
#define COST_SETIP_WORD 4
#define COST_CLRIP_WORD 5
#define COST_SETIE_WORD_MACHINE 6
#define COST_CLRIE_WORD_MACHINE 7
#define COST_SETIP_WORD_MACHINE 8
#define COST_CLRIP_WORD_MACHINE 9
#define COST_SETIE_PAIR 10
#define COST_CLRIE_PAIR 11
#define COST_CLAIM 12
#define COST_TOP 13
#define COST_TARGET_OF_TOP 14
#define COST_SOURCECFG_OF_TOP 15
#define COST_ENABLE_OF_TOP 16
#define COST_PENDING_OF_TOP 17
#define COST_DOMAINCFG_IE 18
#define COST_HART 19
#define COST_READ_WORD 20
#define COST_WALK 21
#define COST_ENABLE_WORD 22
#define COST_DISABLE_WORD 23
#define COST_ENABLE_PAIR 24
#define COST_COMPLETE 25
#define COST_PRIORITY 26
#define COST_THRESHOLD 27
#define COST_FILE 28

#define COST_OWN_SOURCECFG 40
#define COST_OWN_TARGET 41
#define COST_OWN_PRIORITY 42
#define COST_OWN_SOURCECFG_ENABLED 43
#define COST_OWN_TARGET_ENABLED 44
#define COST_OWN_PRIORITY_ENABLED 45
#define COST_MACHINE_SOURCECFG 50
#define COST_MACHINE_TARGET 51
#define COST_MACHINE_PRIORITY 52
#define COST_MACHINE_SOURCECFG_ENABLED 53
#define COST_MACHINE_TARGET_ENABLED 54
#define COST_MACHINE_PRIORITY_ENABLED 55

/* The source is a request of a hart, the only one there, when its register changes. */
#define COST_REQUEST_OWN_SOURCECFG 60
#define COST_REQUEST_OWN_TARGET 61
#define COST_REQUEST_MACHINE_SOURCECFG 62
#define COST_REQUEST_MACHINE_TARGET 63

#define COST(id, access)                     \
    do {                                     \
        HYP_MARK(HYP_MARK_TOTAL, id);        \
        access;                              \
        HYP_MARK(HYP_MARK_TOTAL, COST_NONE); \
    } while (0)

/* The VM's vCPUs and sources are HARTS and SOURCES, by the build. */
enum { MACHINE_FIRST = 32, MACHINE_END = 64, UART = 10, RTC = 11 };
enum { WORDS = (SOURCES + 31) / 32, OWN = SOURCES > 100 ? 100 : 5 };
enum { HAS_MACHINE_WORD = SOURCES >= MACHINE_END };

/* The controller under test. The walk accesses any register in any state. */
void cost_set_up(void);
void cost_cases(void);
void cost_walk_step(uint64_t random);

static inline uint32_t get32(uint64_t address)
{
    return *(volatile uint32_t *)address;
}

static inline void put32(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

/* At 4 mod 8: two registers. */
static inline void put64(uint64_t address, uint64_t value)
{
    __asm__ volatile("sd %0, 0(%1)" : : "r"(value), "r"(address) : "memory");
}

static inline uint64_t get64(uint64_t address)
{
    uint64_t value;
    __asm__ volatile("ld %0, 0(%1)" : "=r"(value) : "r"(address) : "memory");
    return value;
}
