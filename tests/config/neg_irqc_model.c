/* SPDX-License-Identifier: Apache-2.0 */
/* IMSICs of a VM, where the machine has an APLIC only. */
/* expect: E-IRQC-MODEL: vm alpha needs IMSICs, which platform board cannot give */
#define P_MODEL HYP_IRQC_APLIC
#define A_IRQC \
    ONE(.model = HYP_IRQC_IMSIC, .gpa = 0x0d000000, .imsic_gpa = 0x28000000, .source_count = 96)
#define A_ELSE ONE(.model = HYP_IRQC_IMSIC, .gpa = 0x0d000000, .source_count = 96)
#include "base.h"
