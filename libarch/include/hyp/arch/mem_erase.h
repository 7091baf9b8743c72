/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to memory that may not be writable: erases it.
 *
 * Context The riscv backend uses the fix-up table of guest_mem.h, so the trap vector is installed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes 0 to `size` bytes, at least 32; `at` is 8-byte aligned. Returns false if a store faulted
 * (a ROM, a PMP entry) or the memory does not read back as 0 (flash); some bytes may then be
 * erased.
 */
bool mem_erase(void *at, size_t size);
