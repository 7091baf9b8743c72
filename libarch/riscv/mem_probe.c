/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses to memory that may fault; apart from mem.c, which needs no trap vector. */
#include <hyp/arch/mem.h>

#include <hyp/base/types.h>

/* One instruction; `ok` becomes 0 when it faults. */
#define MAY_FAULT(insn, ok, ...)                    \
    __asm__ volatile("1: " insn "\n"                \
                     "j 3f\n"                       \
                     "2: li %0, 0\n"                \
                     "3:\n"                         \
                     ".pushsection .fixup, \"a\"\n" \
                     ".dword 1b, 2b\n"              \
                     ".popsection\n"                \
                     : "+r"(ok), __VA_ARGS__        \
                     : "memory")

HYP_COLD bool mem_zero_block_works(void *page, uint32_t block)
{
    uint64_t *words = page;
    uint64_t ok = 1;
    uint64_t left = 0;
    if (block < 8 || block > HYP_PAGE_SIZE / 4 || (block & (block - 1)) != 0) {
        return false;
    }
    for (uint32_t i = 0; i < block / 8; i++) {
        words[i] = UINT64_MAX;
    }
    MAY_FAULT(".insn i 0x0f, 2, x0, %1, 4", ok, "+r"(words) :);
    for (uint32_t i = 0; i < block / 8; i++) {
        left |= words[i];
    }
    return ok != 0 && left == 0;
}

HYP_COLD bool mem_can_load(const void *at)
{
    uint64_t ok = 1;
    uint64_t value;
    MAY_FAULT("ld %1, 0(%2)", ok, "=&r"(value) : "r"(at));
    return ok != 0;
}

HYP_COLD bool mem_can_store(void *at)
{
    uint64_t ok = 1;
    uint64_t value;
    MAY_FAULT("ld %1, 0(%2)", ok, "=&r"(value) : "r"(at));
    if (ok != 0) {
        MAY_FAULT("sd %1, 0(%2)", ok, "+r"(value) : "r"(at));
    }
    return ok != 0;
}
