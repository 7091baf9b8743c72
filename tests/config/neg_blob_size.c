/* SPDX-License-Identifier: Apache-2.0 */
/* A file larger than its room. */
/* expect: E-BLOB-SIZE: beta_kernel of vm beta has 4608 bytes, its max_size is 4096 */
#define B_KERNEL ONE("beta_kernel", .gpa = 0x80000000, .max_size = 4 * HYP_KIB)
#include "base.h"
