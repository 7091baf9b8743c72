/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's own driver of its interrupt controller: count_plic.c, count_aplic.c, count_imsic.c.
 */
#pragma once

#include <hyp/guest/guest.h>

#define HARTS 2u
#define UART_SOURCE 10u
#define RTC_SOURCE 11u

static inline uint32_t reg_read(uint64_t address)
{
    return *(volatile uint32_t *)address;
}

static inline void reg_write(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

/* Ticket-free: two harts, and what is inside is short. Interrupts are off. */
static inline void lock(volatile uint32_t *word)
{
    while (__atomic_exchange_n(word, 1, __ATOMIC_ACQUIRE) != 0) {
    }
}

static inline void unlock(volatile uint32_t *word)
{
    __atomic_store_n(word, 0, __ATOMIC_RELEASE);
}

/* Once, before the harts' own part. */
void irqc_init(void);
void irqc_open(uint64_t hart);
/* A level-sensitive source interrupts `to`, and no longer the other hart. */
void irqc_move(uint32_t source, uint64_t to);
/* On the hart that was interrupted; 0: nothing. */
uint32_t irqc_claim(uint64_t hart);
/* The device has been served, once. */
void irqc_end(uint64_t hart, uint32_t source);
/* Accesses to registers of other sources; any number says which. */
void irqc_hammer(uint64_t number);
