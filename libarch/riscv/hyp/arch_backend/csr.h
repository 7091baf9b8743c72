/* SPDX-License-Identifier: Apache-2.0 */
/* CSRs on the machine: one instruction each. The assembler has no names for those of H. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define csr_read(csr)                                                         \
    __extension__({                                                           \
        uint64_t csr_v_;                                                      \
        __asm__ volatile("csrr %0, %1" : "=r"(csr_v_) : "i"(csr) : "memory"); \
        csr_v_;                                                               \
    })
#define csr_write(csr, v) \
    __asm__ volatile("csrw %0, %1" : : "i"(csr), "rK"((uint64_t)(v)) : "memory")
#define csr_set(csr, v) __asm__ volatile("csrs %0, %1" : : "i"(csr), "rK"((uint64_t)(v)) : "memory")
#define csr_clear(csr, v) \
    __asm__ volatile("csrc %0, %1" : : "i"(csr), "rK"((uint64_t)(v)) : "memory")
#define csr_swap(csr, v)                                 \
    __extension__({                                      \
        uint64_t csr_v_;                                 \
        __asm__ volatile("csrrw %0, %1, %2"              \
                         : "=r"(csr_v_)                  \
                         : "i"(csr), "rK"((uint64_t)(v)) \
                         : "memory");                    \
        csr_v_;                                          \
    })

/*
 * True if the hart has the CSR: reading it does not trap. Uses a fix-up as guest_mem.h does, so the
 * trap vector must be installed.
 */
#define csr_probe(csr)                                  \
    __extension__({                                     \
        uint64_t csr_ok_;                               \
        __asm__ volatile("li %0, 1\n"                   \
                         "1: csrr zero, %1\n"           \
                         "j 3f\n"                       \
                         "2: li %0, 0\n"                \
                         "3:\n"                         \
                         ".pushsection .fixup, \"a\"\n" \
                         ".dword 1b, 2b\n"              \
                         ".popsection\n"                \
                         : "=&r"(csr_ok_)               \
                         : "i"(csr)                     \
                         : "memory");                   \
        csr_ok_ != 0;                                   \
    })
