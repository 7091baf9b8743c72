/* SPDX-License-Identifier: Apache-2.0 */
/* A file that the image does not have. */
/* expect: E-BLOB-ABSENT: gamma_kernel of vm beta is in none of the files of the image */
#define B_KERNEL ONE("gamma_kernel", .gpa = 0x80000000, .max_size = 64 * HYP_KIB)
#include "base.h"
