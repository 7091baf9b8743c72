/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the bare-metal guests: SBI calls, printing over DBCN, CSRs, time.
 *
 * A guest defines guest_main() and guest_trap(); start.S calls them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUEST_TIMEBASE_HZ UINT64_C(10000000) /* QEMU virt */

struct guest_sbi {
    long error;
    uint64_t value;
};

void guest_main(uint64_t hart, const void *fdt);
/* Returns where to go on. */
uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval);

struct guest_sbi guest_sbi(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2);

void guest_put(const char *s);
void guest_put_dec(uint64_t x);
void guest_put_hex(uint64_t x);
/* SRST: type 0, reason 0 or 1. */
_Noreturn void guest_shutdown(bool failed);

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

static inline void guest_set_timer(uint64_t when)
{
    (void)guest_sbi(0x54494d45, 0, when, 0, 0);
}
