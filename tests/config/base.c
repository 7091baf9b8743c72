/* SPDX-License-Identifier: Apache-2.0 */
/* The base itself breaks no rule; nor does memory that is kept, under a name. */
#define B_MEM                                                                                   \
    {.gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0xc0000000, .hpa_fixed = true},            \
    {                                                                                           \
        .gpa = 0x90000000, .size = HYP_MIB, .hpa = 0xc4000000, .hpa_fixed = true, .keep = true, \
        .name = "log"                                                                           \
    }
#include "base.h"
