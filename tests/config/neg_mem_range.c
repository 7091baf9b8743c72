/* SPDX-License-Identifier: Apache-2.0 */
/* Memory beyond Sv57x4. */
/* expect: E-MEM-RANGE: memory of vm beta at gpa 0x800000000000000, 0x100000 bytes, is empty or
 * beyond what platform board can map */
#define B_MEM                                                                        \
    {.gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0xc0000000, .hpa_fixed = true}, \
    {                                                                                \
        .gpa = 0x800000000000000, .size = HYP_MIB                                    \
    }
#include "base.h"
