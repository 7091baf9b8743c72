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

bool mem_can_load(const void *at)
{
    return at != NULL;
}

bool mem_can_store(void *at)
{
    return at != NULL;
}
