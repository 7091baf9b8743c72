/* SPDX-License-Identifier: Apache-2.0 */
/* IMSICs where no mode of the G-stage reaches. */
/* expect: E-GPA-RANGE: gpa 0x800000000000000 of IMSICs in vm alpha is beyond what platform board
 * can map */
#define P_MODEL HYP_IRQC_IMSIC
#define A_IRQC                                                                      \
    ONE(.model = HYP_IRQC_IMSIC, .gpa = 0x0d000000, .imsic_gpa = 0x800000000000000, \
        .source_count = 96)
#include "base.h"
