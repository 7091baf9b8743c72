/* SPDX-License-Identifier: Apache-2.0 */
/* tp points to the struct of the hart. */
#pragma once

static inline struct hart *hart_self(void)
{
    /* A named register: the compiler addresses members relative to tp, without a copy. */
    register struct hart *h __asm__("tp");
    __asm__("" : "=r"(h));
    return h;
}

static inline void hart_relax(void)
{
    __asm__ volatile(".insn i 0x0f, 0, x0, x0, 0x010" : : : "memory");
}

static inline void hart_wait(void)
{
    __asm__ volatile("wfi" : : : "memory");
}
