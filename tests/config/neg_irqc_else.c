/* SPDX-License-Identifier: Apache-2.0 */
/* What a VM gets on another machine than the platform's is checked as well. */
/* expect: E-IRQC-SOURCES: vm alpha has 1025 interrupt sources, an APLIC takes 2 to 1024 */
#define A_ELSE ONE(.model = HYP_IRQC_APLIC, .gpa = 0x0d000000, .source_count = 1025)
#include "base.h"
