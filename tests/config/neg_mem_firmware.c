/* SPDX-License-Identifier: Apache-2.0 */
/* VM and firmware; the hypervisor lies elsewhere. */
/* expect: E-MEM-FIRMWARE: host memory 0x80100000, 0x100000 bytes, is owned by vm beta and the
 * firmware */
#define B_MEM ONE(.gpa = 0x80000000, .size = HYP_MIB, .hpa = 0x80100000, .hpa_fixed = true)
#include "base.h"
