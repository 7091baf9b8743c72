/* SPDX-License-Identifier: Apache-2.0 */
/* An APLIC with more sources than one can have. */
/* expect: E-IRQC-SOURCES: vm alpha has 1025 interrupt sources, an APLIC takes 2 to 1024 */
#define P_MODEL HYP_IRQC_APLIC
#define A_IRQC ONE(.model = HYP_IRQC_APLIC, .gpa = 0x0c000000, .source_count = 1025)
#include "base.h"
