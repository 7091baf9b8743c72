/* SPDX-License-Identifier: Apache-2.0 */
/* A size that is not whole pages. */
/* expect: E-MEM-ALIGN: memory of vm beta at gpa 0x80000000: size 0x3ffff00 is not a multiple of 4
 * KiB */
#define B_MEM ONE(.gpa = 0x80000000, .size = 0x3ffff00, .hpa = 0xc0000000, .hpa_fixed = true)
#include "base.h"
