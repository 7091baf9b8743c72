/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the bench guest (guest.c) and its interrupt controllers (guest_plic.c, guest_aplic.c,
 * guest_imsic.c). One binary has one of them: that of the machine it is for.
 */
#pragma once

#include "ids.h"
#include "mark.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    REPEAT = 16,
    UART_IRQ = 10,
    SIE_EXT = 1 << 9,
    SIE_TIMER = 1 << 5,
    SIE_SOFT = 1 << 1,
};

#define csr_write(csr, v) __asm__ volatile("csrw " #csr ", %0" : : "r"((uint64_t)(v)) : "memory")
#define csr_set(csr, v) __asm__ volatile("csrs " #csr ", %0" : : "r"((uint64_t)(v)) : "memory")
#define csr_clear(csr, v) __asm__ volatile("csrc " #csr ", %0" : : "r"((uint64_t)(v)) : "memory")

static inline volatile uint8_t *uart(uint64_t reg)
{
    return (volatile uint8_t *)(UINT64_C(0x10000000) + reg);
}

static inline volatile uint32_t *word_at(uint64_t address)
{
    return (volatile uint32_t *)address;
}

/* Measured code, in start.S. */
void uart_irq_measured(uint64_t enable);
void trap_uart(void), trap_ipi_other(void), trap_ipi_imsic(void);

/* Lets the interrupts in `mask` come to `vector`, which clears sie; then: has one come? */
void arm(void (*vector)(void), uint64_t mask);
bool taken(void);
void say(const char *item, const char *what);

/* From its next turn on the second hart takes interrupts of `mask` at `vector`. */
void second_takes(void (*vector)(void), uint64_t mask);
/* Once it waits, sends it one; false: none has come after a while. */
bool second_wakes(void (*send)(uint64_t hart), uint64_t hart);
void send_ipi(uint64_t hart);

/* Functions of the controller's file: a hart's set-up, and the end of an IPI. */
void irqc_open_hart(void);
void irqc_end_ipi(void);
/* Its interrupts and accesses, and, with a second hart, what it sends there. */
void irqc_bench(uint64_t hart);
void irqc_bench_other(uint64_t other);
