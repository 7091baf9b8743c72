/* SPDX-License-Identifier: Apache-2.0 */
/* An initrd that runs over the end of its region. */
/* expect: E-BLOB-OUTSIDE: alpha_initrd of vm alpha at gpa 0x8f800000, 0x1000000 bytes, is not in
 * one of its regions */
#define A_INITRD ONE("alpha_initrd", .gpa = 0x8f800000, .max_size = 16 * HYP_MIB, .preloaded = true)
#include "base.h"
