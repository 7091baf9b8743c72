/* SPDX-License-Identifier: Apache-2.0 */
/* More interrupt controllers than there are kinds. */
/* expect: E-IRQC-ELSE: vm alpha names 4 other interrupt controllers, at most 3 are supported */
#define APLIC ONE(.model = HYP_IRQC_APLIC, .gpa = 0x0d000000, .source_count = 96)
#define A_ELSE APLIC, APLIC, APLIC, APLIC
#include "base.h"
