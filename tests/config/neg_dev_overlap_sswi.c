/* SPDX-License-Identifier: Apache-2.0 */
/* A device that reaches into the registers of the ACLINT. */
/* expect: E-DEV-OVERLAP: the page of device odd at 0x2eff000 is owned by vm alpha and the
 * hypervisor's SSWI */
#define P_DEVICES ONE("odd", "x,odd", .hpa = 0x2eff000, .size = 0x2000, .reg_size = 0x100)
#define A_DEVICES ONE(.name = "odd", .gpa = 0x10003000)
#include "base.h"
