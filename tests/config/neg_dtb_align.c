/* SPDX-License-Identifier: Apache-2.0 */
/* A device tree at an odd multiple of 4. */
/* expect: E-DTB-ALIGN: the device tree of vm alpha at gpa 0x87000004 is not a multiple of 8 */
#define A_DTB 0x87000004
#include "base.h"
