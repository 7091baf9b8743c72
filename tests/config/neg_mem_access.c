/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is written but never read. */
/* expect: E-MEM-ACCESS: memory of vm beta at gpa 0x90000000 has access 0x2, which no page can have
 */
#define B_MEM                                                                        \
    {.gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0xc0000000, .hpa_fixed = true}, \
    {                                                                                \
        .gpa = 0x90000000, .size = HYP_MIB, .access = HYP_ACCESS_W                   \
    }
#include "base.h"
