/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses to memory that may fault. mem.c is separate because it needs no trap vector. */
#include <hyp/arch/mem.h>

#include <hyp/base/types.h>

#define FIXUP(from, to)            \
    ".pushsection .fixup, \"a\"\n" \
    ".dword " from ", " to "\n"    \
    ".popsection\n"

/* cbo.zero by its encoding, see mem.c. Returns false if it trapped. */
static bool zero_block(void *at)
{
    uint64_t ok = 1;
    __asm__ volatile("1: .insn i 0x0f, 2, x0, %1, 4\n"
                     "j 3f\n"
                     "2: li %0, 0\n"
                     "3:\n" FIXUP("1b", "2b")
                     : "+r"(ok)
                     : "r"(at)
                     : "memory");
    return ok != 0;
}

HYP_COLD bool mem_zero_block_works(void *page, uint32_t block)
{
    uint64_t *words = page;
    uint64_t left = 0;
    if (block < 8 || block > HYP_PAGE_SIZE / 4 || (block & (block - 1)) != 0) {
        return false;
    }
    for (uint32_t i = 0; i < block / 8; i++) {
        words[i] = UINT64_MAX;
    }
    bool ok = zero_block(page);
    for (uint32_t i = 0; i < block / 8; i++) {
        left |= words[i];
    }
    return ok && left == 0;
}

/* The first access that traps ends the loop: its fix-up is behind it. */
HYP_COLD uintptr_t mem_find_inaccessible(uintptr_t at, uintptr_t end, bool written)
{
    uint64_t value;
    if (written) {
        __asm__ volatile("1: ld %1, 0(%0)\n"
                         "2: sd %1, 0(%0)\n"
                         "add %0, %0, %3\n"
                         "bltu %0, %2, 1b\n"
                         "3:\n" FIXUP("1b", "3b") FIXUP("2b", "3b")
                         : "+r"(at), "=&r"(value)
                         : "r"(end), "r"(HYP_PAGE_SIZE)
                         : "memory");
    } else {
        __asm__ volatile("1: ld %1, 0(%0)\n"
                         "add %0, %0, %3\n"
                         "bltu %0, %2, 1b\n"
                         "3:\n" FIXUP("1b", "3b")
                         : "+r"(at), "=&r"(value)
                         : "r"(end), "r"(HYP_PAGE_SIZE)
                         : "memory");
    }
    return at;
}
