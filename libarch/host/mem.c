/* SPDX-License-Identifier: Apache-2.0 */
/* Memory on the host: all that a test points to can be accessed, and no block is known. */
#include <hyp/arch/mem.h>

#include <string.h>

void mem_zero(void *to, size_t size, uint32_t block)
{
    (void)block;
    memset(to, 0, size);
}

bool mem_zero_block_works(void *page, uint32_t block)
{
    (void)page;
    (void)block;
    return false;
}

uintptr_t mem_find_closed(uintptr_t at, uintptr_t end, bool written)
{
    (void)at;
    (void)written;
    return end;
}
