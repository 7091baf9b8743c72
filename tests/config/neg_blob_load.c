/* SPDX-License-Identifier: Apache-2.0 */
/* A loaded file in memory that is placed at boot. */
/* expect: E-BLOB-LOAD: alpha_kernel of vm alpha is loaded by the boot loader, so its memory at
 * 0x80000000 needs hpa_fixed */
#define A_MEM ONE(.gpa = 0x80000000, .size = 256 * HYP_MIB)
#define A_INITRD ONE(0)
#include "base.h"
