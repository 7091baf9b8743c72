/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel, initrd and device tree that do not fit. */
/* expect: E-BLOB-OVERLAP: kernel of vm alpha at gpa 0x80200000, 0x1000000 bytes, overlaps its
 * initrd */
#define A_INITRD ONE("alpha_initrd", .gpa = 0x80a00000, .max_size = 16 * HYP_MIB, .preloaded = true)
#include "base.h"
