/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Printing by the SBI console (DBCN), which the VM's configuration gives: VM_CONSOLE_SBI.
 *
 * A guest that prints elsewhere, on a UART of its own, defines guest_put() and guest_flush()
 * itself; the numbers are printed by its guest_put() then.
 *
 * Locks   None: one hart prints at a time.
 */
#pragma once

#include <stdint.h>

/* Collects a line; prints it at its end, or when 256 bytes are there. */
void guest_put(const char *text);
/* Prints what is collected, also without the end of a line. */
void guest_flush(void);

void guest_put_dec(uint64_t number);
/* 0x, and no leading zeros. */
void guest_put_hex(uint64_t number);
