/* SPDX-License-Identifier: Apache-2.0 */
/* Enough where one of the two VMs has IMSICs; on a machine that gives them, both have. */
/* expect: E-POOL-SIZE: pool_size of configuration two is 303104 bytes, needed are 307200 */
#define IMSICS \
    ONE(.model = HYP_IRQC_IMSIC, .gpa = 0x0d000000, .imsic_gpa = 0x28000000, .source_count = 96)
#define PLIC ONE(.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = 96)
#define POOL_SIZE (296 * HYP_KIB)
#define A_IRQC IMSICS
#define A_ELSE PLIC
#define B_IRQC ONE(.model = HYP_IRQC_APLIC, .gpa = 0x0d000000, .source_count = 96)
#define B_ELSE IMSICS, PLIC
#include "base.h"
