/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a region is no RAM. */
/* expect: E-MEM-ABSENT: vm beta needs host memory at 0x100000000, 0x2000000 bytes, which is not RAM
 * of platform board */
#define B_MEM ONE(.gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0xfe000000, .hpa_fixed = true)
#include "base.h"
