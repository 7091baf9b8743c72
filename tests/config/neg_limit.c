/* SPDX-License-Identifier: Apache-2.0 */
/* Nine memory regions. */
/* expect: E-LIMIT: vm alpha has 9 memory regions, at most 8 are supported */
#define A_MEM                                                                         \
    {.gpa = 0x80000000, .size = 256 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true}, \
        {.gpa = 0xa0000000, .size = HYP_MIB}, {.gpa = 0xa0100000, .size = HYP_MIB},   \
        {.gpa = 0xa0200000, .size = HYP_MIB}, {.gpa = 0xa0300000, .size = HYP_MIB},   \
        {.gpa = 0xa0400000, .size = HYP_MIB}, {.gpa = 0xa0500000, .size = HYP_MIB},   \
        {.gpa = 0xa0600000, .size = HYP_MIB},                                         \
    {                                                                                 \
        .gpa = 0xa0700000, .size = HYP_MIB                                            \
    }
#include "base.h"
