/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bare guest: entry, traps, CSRs, time, registers of devices. SBI calls and printing are in the
 * headers below.
 *
 * start.S is the guest's first instruction and its trap vector. It calls guest_main() and
 * guest_trap(), which the guest defines; without a guest_trap() of its own it gets the one that
 * prints the trap and ends the VM as failed.
 *
 * Units   Times are ticks of the CSR `time`, GUEST_TIMEBASE_HZ a second.
 * Owner   A stack of 4 KiB for each of harts 0 to 7, in .bss.
 * Locks   None: one hart prints at a time.
 */
#pragma once

#include <hyp/guest/print.h>
#include <hyp/guest/sbi.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUEST_TIMEBASE_HZ UINT64_C(10000000) /* QEMU virt; elsewhere the device tree says it. */

/*
 * Runs on hart 0 when the VM starts, and on each hart that SBI HSM starts at _start; then `fdt` is
 * the opaque argument of that call. Interrupts are off. If it returns, its hart waits for ever.
 */
void guest_main(uint64_t hart, const void *fdt);

/*
 * Handles an exception or interrupt with the values of scause, sepc and stval, interrupts off.
 * Returns where the guest goes on. Integer registers are saved; floating-point ones are not, so it
 * must not use them where guest_main() does.
 */
uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval);

/* The guest's first instruction; its address is where SBI HSM starts other harts. */
void _start(void);

#define guest_csr_read(csr)                                         \
    __extension__({                                                 \
        uint64_t v_;                                                \
        __asm__ volatile("csrr %0, " #csr : "=r"(v_) : : "memory"); \
        v_;                                                         \
    })
#define guest_csr_write(csr, v) __asm__ volatile("csrw " #csr ", %0" : : "r"(v) : "memory")
#define guest_csr_set(csr, v) __asm__ volatile("csrs " #csr ", %0" : : "r"(v) : "memory")
#define guest_csr_clear(csr, v) __asm__ volatile("csrc " #csr ", %0" : : "r"(v) : "memory")

static inline uint64_t guest_time(void)
{
    return guest_csr_read(time);
}

/* Waits for an interrupt that sie enables, also while sstatus.SIE is 0. May return without one. */
static inline void guest_wait(void)
{
    __asm__ volatile("wfi" : : : "memory");
}

/* Reads a 32-bit register of a device. */
static inline uint32_t guest_read32(uint64_t gpa)
{
    return *(const volatile uint32_t *)gpa;
}

static inline void guest_write32(uint64_t gpa, uint32_t value)
{
    *(volatile uint32_t *)gpa = value;
}
