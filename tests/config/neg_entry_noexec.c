/* SPDX-License-Identifier: Apache-2.0 */
/* The first instruction where nothing can be executed. */
/* expect: E-ENTRY: entry 0x80200000 of vm alpha is not in its executable memory */
#define A_MEM \
    ONE(.gpa = 0x80000000, .size = 256 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true, .access = 3)
#include "base.h"
