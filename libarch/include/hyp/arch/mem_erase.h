/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to memory that may not be writable: erasing what lies there.
 *
 * Context The riscv backend uses the fix-up table of guest_mem.h, so the trap vector is installed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes 0 to `size` bytes, at least 32, at `at`, which is 8-byte aligned. False: a store faulted
 * (a ROM, a PMP entry), or what was stored does not read back (flash); some bytes may have been
 * erased.
 */
bool mem_erase(void *at, size_t size);
