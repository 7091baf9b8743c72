/* SPDX-License-Identifier: Apache-2.0 */
/* IMSICs of two harts, whose number one bit of their address is. */
/* expect: E-GPA-ALIGN: gpa 0x28001000 of IMSICs in vm alpha is not a multiple of 0x2000 */
#define P_MODEL HYP_IRQC_IMSIC
#define A_IRQC \
    ONE(.model = HYP_IRQC_IMSIC, .gpa = 0x0d000000, .imsic_gpa = 0x28001000, .source_count = 96)
#include "base.h"
