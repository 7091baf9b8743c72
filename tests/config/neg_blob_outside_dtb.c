/* SPDX-License-Identifier: Apache-2.0 */
/* A device tree outside memory. */
/* expect: E-BLOB-OUTSIDE: device tree of vm alpha at gpa 0x70000000, 0x10000 bytes, is not in one
 * of its regions */
#define A_DTB 0x70000000
#include "base.h"
