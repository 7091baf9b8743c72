/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to memory: clears pages, and finds memory that cannot be accessed.
 *
 * A block size comes from the device tree (`riscv,cboz-block-size`). mem_zero_block_works() checks
 * it: the firmware may leave menvcfg.CBZE clear, and if the real block is smaller than the tree
 * says, cbo.zero would leave bytes of the page unchanged.
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
 * Clears `size` bytes; address and size are multiples of 4096. `block` is a block size that works
 * on this hart, or 0 for plain stores.
 */
void mem_zero(void *to, size_t size, uint32_t block);

/*
 * True if cbo.zero clears `block` bytes in HS-mode of this hart, and `block` is a power of two from
 * 8 to 1024. Overwrites the start of the page.
 */
bool mem_zero_block_works(void *page, uint32_t block);

/*
 * Accesses 8 aligned bytes in each page from `at` up to `end`: loads them and, if `written`, stores
 * them back, so no one else may use these bytes. Returns the address of the first access that
 * faulted, for example by a PMP entry; else an address that is not below `end`.
 */
uintptr_t mem_find_inaccessible(uintptr_t at, uintptr_t end, bool written);
