/* SPDX-License-Identifier: Apache-2.0 */
/* IMSICs that end in the APLIC. */
/* expect: E-GPA-OVERLAP: gpa 0xd006000 of vm alpha holds its interrupt controller and its IMSICs */
#define P_MODEL HYP_IRQC_IMSIC
#define A_IRQC \
    ONE(.model = HYP_IRQC_IMSIC, .gpa = 0x0d000000, .imsic_gpa = 0x0d006000, .source_count = 96)
#include "base.h"
