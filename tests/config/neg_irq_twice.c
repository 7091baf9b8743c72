/* SPDX-License-Identifier: Apache-2.0 */
/* Two devices of two VMs on one interrupt. */
/* expect: E-IRQ-TWICE: interrupt 31 is owned by vm alpha and vm beta */
#define P_DEVICES \
    ONE("odd", "x,odd", .hpa = 0x10004000, .size = 0x1000, .reg_size = 0x1000, .irq = {40, 31})
#define A_DEVICES ONE(.name = "odd", .gpa = 0x10004000)
#include "base.h"
