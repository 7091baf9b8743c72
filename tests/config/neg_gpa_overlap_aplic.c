/* SPDX-License-Identifier: Apache-2.0 */
/* An APLIC over a device. */
/* expect: E-GPA-OVERLAP: gpa 0x101000 of vm alpha holds its rtc and its interrupt controller */
#define P_MODEL HYP_IRQC_APLIC
#define A_IRQC ONE(.model = HYP_IRQC_APLIC, .gpa = 0xfa000, .source_count = 96)
#include "base.h"
