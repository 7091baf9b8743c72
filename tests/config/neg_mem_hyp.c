/* SPDX-License-Identifier: Apache-2.0 */
/* VM and hypervisor. */
/* expect: E-MEM-HYP: host memory 0x80300000, 0x202000 bytes, is owned by vm beta and the hypervisor
 */
#define B_MEM ONE(.gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0x80300000, .hpa_fixed = true)
#include "base.h"
