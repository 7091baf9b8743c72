/* SPDX-License-Identifier: Apache-2.0 */
/* The exits guest (exits.c) and its controllers (exits_plic.c, …). */
#pragma once

#include "check.h"

#define UART UINT64_C(0x10000000)
#define UART_IRQ 10
#define RTC UINT64_C(0x101000) /* Passed through; its alarm is a level. */
#define RTC_IRQ 11

/* Different values for all registers. */
void exits_fill(uint64_t seed);
/* A load or store with register `reg`, run and shown; funct3 is the instruction's. */
void exits_load(unsigned funct3, unsigned reg, uint64_t address);
void exits_store(unsigned funct3, unsigned reg, uint64_t address);
/* A word, from register 14. */
void exits_put(uint64_t address, uint64_t value);
/* A value that the guest has got without an exit. */
void exits_show(uint64_t value);
/* The virtual UART's line: high while its transmitter is empty, and low. */
void exits_uart_line(bool high);
/* The passed-through device's line: high at once, and low. */
void exits_rtc_line(bool high);

/* The controller: two registers that keep bits 7:0 of a written value, */
extern const uint64_t exits_words[2];
/* addresses in it, beside it and across its ends, 0 behind the last, */
extern const uint64_t exits_addresses[];
/* and its interrupts. */
void exits_interrupts(void);
