/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is not cleared, and nothing to call it by. */
/* expect: E-MEM-KEEP: memory of vm beta at gpa 0x90000000 is kept without name or fixed place */
#define B_MEM                                                                                  \
    {.gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0xc0000000, .hpa_fixed = true},           \
    {                                                                                          \
        .gpa = 0x90000000, .size = HYP_MIB, .hpa = 0xc4000000, .hpa_fixed = true, .keep = true \
    }
#include "base.h"
