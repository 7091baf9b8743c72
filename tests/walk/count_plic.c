/* SPDX-License-Identifier: Apache-2.0 */
/* A PLIC, with contexts as on QEMU's virt machine. */
#include "count_irqc.h"

#define PLIC UINT64_C(0x0c000000)
#define PENDING(word) (PLIC + 0x1000 + 4 * (uint64_t)(word))
#define CONTEXT(hart) (2 * (uint64_t)(hart) + 1)
#define ENABLE(hart) (PLIC + 0x2000 + 0x80 * CONTEXT(hart))
#define THRESHOLD(hart) (PLIC + 0x200000 + 0x1000 * CONTEXT(hart))
#define CLAIM(hart) (THRESHOLD(hart) + 4)

static volatile uint32_t enable_lock;
static uint32_t move_count;

void irqc_init(void)
{
    reg_write(PLIC + 4 * UART_SOURCE, 1);
    reg_write(PLIC + 4 * RTC_SOURCE, 2);
}

void irqc_open(uint64_t hart)
{
    reg_write(ENABLE(hart), 0);
    reg_write(THRESHOLD(hart), 0);
}

static void set_enable(uint64_t hart, uint32_t source, bool enable)
{
    uint32_t word = reg_read(ENABLE(hart));
    reg_write(ENABLE(hart), enable ? word | 1u << source : word & ~(1u << source));
}

/* On before off, and off before on; also while a hart works on it. */
void irqc_move(uint32_t source, uint64_t to)
{
    lock(&enable_lock);
    bool first = move_count++ % 2 == 0;
    set_enable(first ? to : HARTS - 1 - to, source, first);
    set_enable(first ? HARTS - 1 - to : to, source, !first);
    reg_write(PLIC + 4 * source, 1 + move_count % 7); /* Like Linux: see docs/differences.md. */
    unlock(&enable_lock);
}

uint32_t irqc_claim(uint64_t hart)
{
    return reg_read(CLAIM(hart));
}

void irqc_end(uint64_t hart, uint32_t source)
{
    reg_write(CLAIM(hart), source);
}

void irqc_hammer(uint64_t number)
{
    uint64_t hart = number % HARTS;
    uint32_t source = 12 + (uint32_t)(number % 20);
    lock(&enable_lock);
    set_enable(hart, source, true);
    set_enable(hart, source, false);
    unlock(&enable_lock);
    reg_write(PLIC + 4 * (uint64_t)source, (uint32_t)number);
    (void)reg_read(PENDING(number % 3));
    reg_write(CLAIM(hart), source); /* Completes what nobody has claimed. */
}
