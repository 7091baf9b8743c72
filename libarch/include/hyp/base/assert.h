/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two words for "this holds": HYP_ASSERT where we can argue a proof, HYP_REQUIRE
 * where our own caller or the machine could break a contract. What a guest, a
 * device or a configuration can cause is neither: it is an error return.
 */
#pragma once

/*
 * Prints file, line, condition, hart and registers, then stops this hart. The
 * backend supplies it (libarch/riscv: dump over SBI; libarch/host: abort()).
 */
_Noreturn void hyp_panic_at(const char *file, int line, const char *condition);

#define HYP_REQUIRE(cond)                            \
    do {                                             \
        if (__builtin_expect(!(cond), 0)) {          \
            hyp_panic_at(__FILE__, __LINE__, #cond); \
        }                                            \
    } while (0)

#define HYP_ASSERT(cond) HYP_REQUIRE(cond)

#define HYP_PANIC(text) hyp_panic_at(__FILE__, __LINE__, text)
