/* SPDX-License-Identifier: Apache-2.0 */
/* Clears memory by cbo.zero or by unrolled stores. */
#include <hyp/arch/mem.h>

#include <hyp/base/types.h>

/* cbo.zero by its encoding: the -march in use does not include Zicboz. */
static void zero_block(uintptr_t at)
{
    __asm__ volatile(".insn i 0x0f, 2, x0, %0, 4" : : "r"(at) : "memory");
}

/* Unrolled by four: a page has at least four blocks. */
static void zero_by_blocks(uintptr_t at, uintptr_t end, uintptr_t block)
{
    while (at < end) {
        zero_block(at);
        at += block;
        zero_block(at);
        at += block;
        zero_block(at);
        at += block;
        zero_block(at);
        at += block;
    }
}

/* Unrolled: 64 bytes in each iteration. */
static void zero_by_stores(uint64_t *at, const uint64_t *end)
{
    for (; at < end; at += 8) {
        __asm__ volatile("sd zero, 0(%0)\n"
                         "sd zero, 8(%0)\n"
                         "sd zero, 16(%0)\n"
                         "sd zero, 24(%0)\n"
                         "sd zero, 32(%0)\n"
                         "sd zero, 40(%0)\n"
                         "sd zero, 48(%0)\n"
                         "sd zero, 56(%0)"
                         :
                         : "r"(at)
                         : "memory");
    }
}

HYP_COLD void mem_zero(void *to, size_t size, uint32_t block)
{
    uintptr_t at = (uintptr_t)to;
    if (block != 0) {
        zero_by_blocks(at, at + size, block);
    } else {
        zero_by_stores(to, (const uint64_t *)(at + size));
    }
}
