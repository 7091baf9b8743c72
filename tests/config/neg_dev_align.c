/* SPDX-License-Identifier: Apache-2.0 */
/* Registers that end within a page. */
/* expect: E-DEV-ALIGN: device odd of vm alpha at 0x10004000, 0x800 bytes, is not whole pages with
 * reg_size inside */
#define P_DEVICES ONE("odd", "x,odd", .hpa = 0x10004000, .size = 0x800, .reg_size = 0x800)
#define A_DEVICES ONE(.name = "odd", .gpa = 0x10004000)
#include "base.h"
