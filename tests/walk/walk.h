/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A random walk over an interrupt controller's registers that logs what it reads. The same binary
 * runs on the machine and in a VM; both logs are to be equal. docs/differences.md lists what
 * the walk leaves out.
 *
 * A controller is one file: walk_plic.c, walk_direct.c, walk_imsic.c. Interrupts are masked. Hart 0
 * walks; with `harts=2` in the boot arguments hart 1 says what its sip.SEIP is, as often as it is
 * asked. Without, it is not started, and no wire leads to it.
 *
 * A line of the log is one access, or one change of a device, and sip.SEIP of each hart behind it:
 *   w4 c000028 7 s0           4 bytes are written
 *   r4 c000028 = 7 s0         4 bytes are read
 *   r8 c000028 trap 5 c000028 s0   scause and stval
 */
#pragma once

#include <hyp/guest/guest.h>

/* Below `bound`; 0: any. The same on both sides, as all that decides is what was read. */
uint64_t draw(uint64_t bound);
bool one_in(uint64_t n);
/* A value that registers like, or any. */
uint64_t draw_value(void);
/* 4 nearly always; and an address near, where other sizes are aligned or not. */
unsigned draw_size(void);
uint64_t draw_address(uint64_t address, unsigned size);

void access_read(uint64_t address, unsigned size);
void access_write(uint64_t address, unsigned size, uint64_t value);
/* 4 bytes at an aligned address; what was read, whatever is logged of it. */
uint32_t reg_read(uint64_t address);
void reg_write(uint64_t address, uint32_t value);

/* Parts of a line, for what is no access to memory. */
void log_word(const char *word);
void log_value(uint64_t value);
void log_end(void);
/* The trap of what ran since trap_none(): true, and it is logged. */
void trap_none(void);
bool trap_logged(void);

/* ---- Devices: each drives one wire ----------------------------------------------------------- */

#define UART_SOURCE 10u
#define RTC_SOURCE 11u
#define SOURCE_BITS (1u << UART_SOURCE | 1u << RTC_SOURCE)

static inline bool crosses(uint64_t address, unsigned size, uint64_t end)
{
    return address < end && size > end - address;
}

static inline bool is_driven(uint32_t source)
{
    return source == UART_SOURCE || source == RTC_SOURCE;
}

bool wire_is_high(uint32_t source);
/* Logged. High again: the device says so once more. */
void wire_set(uint32_t source, bool high);

/* The second hart runs. */
bool has_other(void);
/* Lets it claim, logged. */
void other_claim(void);

/* ---- Functions of a controller's file ------------------------------------------------------- */

void walk_begin(void);
void walk_step(void);
/* On the second hart: before all else, and for other_claim(). */
void walk_other_begin(void);
uint64_t walk_other_claim(void);
/* stval after an access across the end of a window: the address of the part beyond, or of all.
 */
bool walk_leaves_out(uint64_t address, unsigned size);
/* Bits of the word at this address that are logged. */
uint32_t walk_mask(uint64_t address);
/* A word was read there, or written. */
void walk_was_read(uint64_t address, uint32_t value);
void walk_was_written(uint64_t address, uint32_t value);
/* Bits of a value that may be written to the word at this address, as soon as this returns. */
uint32_t walk_legal(uint64_t address, uint32_t value);
