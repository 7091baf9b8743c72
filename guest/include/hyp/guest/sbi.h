/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBI calls of a guest: RISC-V Supervisor Binary Interface Specification, "Binary Encoding".
 *
 * libvm/README.md says which extensions and functions a VM answers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct guest_sbi {
    long error; /* 0, or a negative number of the specification. */
    uint64_t value;
};

/* Calls function `fid` of extension `ext`; what the call does not take is ignored. */
struct guest_sbi guest_sbi(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2);

/* TIME: the timer interrupts at that tick, and no more for an earlier one. */
static inline void guest_set_timer(uint64_t when)
{
    (void)guest_sbi(0x54494d45, 0, when, 0, 0);
}

/* Prints what is collected, then SRST: shutdown, with reason 0, or 1 if the guest has failed. */
_Noreturn void guest_shutdown(bool failed);
