/* SPDX-License-Identifier: Apache-2.0 */
/* Memory on the host: a test sets which addresses cannot be accessed. */
#include <hyp/arch/mem.h>

#include <hyp/arch_backend/mem_host.h>
#include <hyp/base/types.h>

#include <string.h>

static _Thread_local struct mem_host the_mem;

struct mem_host *mem_host(void)
{
    return &the_mem;
}

void mem_zero(void *to, size_t size, uint32_t block)
{
    (void)block;
    memset(to, 0, size);
}

bool mem_zero_block_works(void *page, uint32_t block)
{
    (void)page;
    return block != 0 && block == the_mem.zero_block;
}

uintptr_t mem_find_inaccessible(uintptr_t at, uintptr_t end, bool written)
{
    do {
        if (the_mem.is_inaccessible != NULL && the_mem.is_inaccessible(at, written)) {
            return at;
        }
        at += HYP_PAGE_SIZE;
    } while (at < end);
    return at;
}
