/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assertions. HYP_ASSERT states what can be proven. HYP_REQUIRE states a contract that our own
 * caller or the machine could break. What a guest, a device or a configuration can cause is an
 * error return instead.
 */
#pragma once

/*
 * Prints file, line, condition, hart and registers, then stops this hart. Defined by the backend
 * (libarch/riscv: dump over SBI; libarch/host: abort()) or by an embedder with a boot of its own.
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
