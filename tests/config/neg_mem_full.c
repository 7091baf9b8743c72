/* SPDX-License-Identifier: Apache-2.0 */
/* A region that no free RAM is left for. */
/* expect: E-MEM-FULL: vm beta needs 0x40000000 bytes at gpa 0x90000000, platform board has no such
 * free RAM */
#define B_MEM                                                                        \
    {.gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0xc0000000, .hpa_fixed = true}, \
    {                                                                                \
        .gpa = 0x90000000, .size = HYP_GIB                                           \
    }
#include "base.h"
