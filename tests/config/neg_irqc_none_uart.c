/* SPDX-License-Identifier: Apache-2.0 */
/* A virtual UART with an interrupt, in a VM without interrupt controller. */
/* expect: E-IRQC-NONE: vm alpha has interrupt 10 (console), but no interrupt controller */
#define P_DEVICES {"quiet", "x,quiet", .hpa = 0x10005000, .size = 0x1000, .reg_size = 0x1000},
#define A_DEVICES ONE(.name = "quiet", .gpa = 0x10005000)
#define A_IRQC ONE(.model = HYP_IRQC_NONE)
#include "base.h"
