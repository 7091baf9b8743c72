/* SPDX-License-Identifier: Apache-2.0 */
/* Two regions of one VM. */
/* expect: E-GPA-OVERLAP: gpa 0x83fff000 of vm beta holds its memory and its memory */
#define B_MEM                                                                        \
    {.gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0xc0000000, .hpa_fixed = true}, \
    {                                                                                \
        .gpa = 0x83fff000, .size = HYP_MIB                                           \
    }
#include "base.h"
