/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to memory as such: clearing it fast, and asking whether it can be accessed.
 *
 * A block size is what a device tree says in `riscv,cboz-block-size`. It is believed after
 * mem_zero_block_works(): the firmware may leave menvcfg.CBZE clear, and a block that is smaller
 * than the tree says would leave bytes of the page as they were.
 *
 * Context The riscv backend uses the fix-up table of guest_mem.h, so the trap vector is installed.
 *
 * Implements "Cache-Block Zero" and "Control and Status Register State" of the CMO extensions
 * ("CMO" Extensions for Base Cache Management Operation ISA).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Clears `size` bytes, a multiple of 4096 and aligned to it. `block` is 0 for plain stores, or a
 * block size that has been seen to work on this hart.
 */
void mem_zero(void *to, size_t size, uint32_t block);

/*
 * Does cbo.zero clear `block` bytes, from HS-mode of this hart? False as well where `block` is no
 * power of two from 8 to 1024. Overwrites the start of the page.
 */
bool mem_zero_block_works(void *page, uint32_t block);

/*
 * Loads the 8 aligned bytes at `at`, and those a page further, up to `end`; with `written` stores
 * what it has loaded, so nobody else may use these bytes. Returns where an access faulted, for
 * example by a PMP entry; else `end` or what is above it.
 */
uintptr_t mem_find_inaccessible(uintptr_t at, uintptr_t end, bool written);
