/* SPDX-License-Identifier: Apache-2.0 */
/* The UART of the console under another name. */
/* expect: E-DEV-OVERLAP: the page of device odd at 0x10000000 is owned by vm alpha and the console
 */
#define P_DEVICES ONE("odd", "x,odd", .hpa = 0x10000000, .size = 0x1000, .reg_size = 0x100)
#define A_DEVICES ONE(.name = "odd", .gpa = 0x10003000)
#include "base.h"
