/* SPDX-License-Identifier: Apache-2.0 */
/* A device in the page of the register that ends the machine. */
/* expect: E-DEV-OVERLAP: the page of device odd at 0x100000 is owned by vm alpha and the
 * hypervisor's fail register */
#define P_FAIL_HPA 0x100000
#define P_DEVICES ONE("odd", "x,odd", .hpa = 0x100000, .size = 0x1000, .reg_size = 0x100)
#define A_DEVICES ONE(.name = "odd", .gpa = 0x10003000)
#include "base.h"
