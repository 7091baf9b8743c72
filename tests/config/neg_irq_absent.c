/* SPDX-License-Identifier: Apache-2.0 */
/* An interrupt that the platform's controller lacks. */
/* expect: E-IRQ-ABSENT: vm alpha needs interrupt 96 (device odd), platform board has 1 to 95 */
#define P_DEVICES \
    ONE("odd", "x,odd", .hpa = 0x10004000, .size = 0x1000, .reg_size = 0x1000, .irq = {96})
#define A_DEVICES ONE(.name = "odd", .gpa = 0x10004000)
#define A_IRQC ONE(.gpa = 0x0c000000, .source_count = 128)
#include "base.h"
