/* SPDX-License-Identifier: Apache-2.0 */
/* An interrupt controller without sources. */
/* expect: E-IRQC-SOURCES: vm alpha has 0 interrupt sources, a PLIC takes 2 to 1024 */
#define A_IRQC ONE(.gpa = 0x0c000000)
#include "base.h"
