/* SPDX-License-Identifier: Apache-2.0 */
/* Erases memory by stores that may fault. */
#include <hyp/arch/mem_erase.h>

#include <hyp/base/bits.h>
#include <hyp/base/types.h>

/* Clears words up to `end`, at least four, in fours. Returns false if a store faulted. */
static bool erase_words(uint64_t *at, const uint64_t *end)
{
    uint64_t ok = 1;
    __asm__ volatile("1: sd zero, 0(%1)\n"
                     "2: sd zero, 8(%1)\n"
                     "3: sd zero, 16(%1)\n"
                     "4: sd zero, 24(%1)\n"
                     "addi %1, %1, 32\n"
                     "bltu %1, %2, 1b\n"
                     "j 6f\n"
                     "5: li %0, 0\n"
                     "6:\n"
                     ".pushsection .fixup, \"a\"\n"
                     ".dword 1b, 5b, 2b, 5b, 3b, 5b, 4b, 5b\n"
                     ".popsection\n"
                     : "+r"(ok), "+r"(at)
                     : "r"(end)
                     : "memory");
    return ok != 0;
}

static bool erase_byte(uint8_t *at)
{
    uint64_t ok = 1;
    __asm__ volatile("1: sb zero, 0(%1)\n"
                     "j 3f\n"
                     "2: li %0, 0\n"
                     "3:\n"
                     ".pushsection .fixup, \"a\"\n"
                     ".dword 1b, 2b\n"
                     ".popsection\n"
                     : "+r"(ok)
                     : "r"(at)
                     : "memory");
    return ok != 0;
}

HYP_COLD bool mem_erase(void *at, size_t size)
{
    uint8_t *bytes = at;
    size_t words = align_down(size, 32);
    bool ok = erase_words(at, (const uint64_t *)(bytes + words));
    for (size_t i = words; ok && i < size; i++) {
        ok = erase_byte(bytes + i);
    }
    return ok && bytes[0] == 0 && bytes[size - 1] == 0;
}
