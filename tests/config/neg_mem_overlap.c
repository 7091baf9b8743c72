/* SPDX-License-Identifier: Apache-2.0 */
/* VM and VM. */
/* expect: E-MEM-OVERLAP: host memory 0xaffff000, 0x1000 bytes, is owned by vm alpha and vm beta */
#define B_MEM ONE(.gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0xaffff000, .hpa_fixed = true)
#include "base.h"
